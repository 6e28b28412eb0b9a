/**
 * @file fake_mixer.h  The far end of a mixer's link, played by the test
 *
 * A real link over a real socket pair; what comes is written down, what the
 * test wants is answered. turn() runs parleyd's loop until nothing is due.
 */
#ifndef PARLEY_TESTS_FAKE_MIXER_H
#define PARLEY_TESTS_FAKE_MIXER_H

#include <jansson.h>
#include "focus/conference/focus.h"
#include "focus/config/config.h"
#include "focus/policy/policy.h"

struct link;

struct fake_mixer {
	struct link *link;
	json_t *requests; /**< all of them, in order */
	int refuse_legs;  /**< errno for leg.add, leg.modify, leg.move */
	bool silent;      /**< answers nothing */
	/** Said instead of what is asked for: an object's text; NULL */
	const char *leg_answer, *stats_answer;
	bool stats_endless; /**< there is always one more page */
	int fd;             /**< the link's, for what is no message */
};

/** A focus with `count` slots and a fake mixer in the first */
struct focus_room {
	struct config *config;
	struct focus *focus;
	struct fake_mixer mixer;
	struct event_subscription *watch;
	json_t *events;     /**< all that were told */
	unsigned replies;   /**< of legs */
	enum reason reason; /**< of the last */
	json_t *answer;     /**< of the last command */
	/** How the next ones come in */
	bool moved;
	bool factory, anonymous, dialled_out, known, webrtc;
	bool passable; /**< could speak to another one directly */
	const char *secret, *entity; /**< NULL: none; as the aor */
	struct referrer referrer;
	uint32_t replaces_leg;
	bool inherits;
};

/** One party as signaling would be */
struct party {
	struct endpoint *ep;
	unsigned reoffers, ends;
	bool cut_off;
	enum reason end_reason;
	char moves_to[POLICY_NAME_MAX + 1]; /**< by its number; "": nowhere */
	const struct focus_room *room;
	bool all;          /**< it was last asked for all that it can */
	unsigned reshapes; /**< offers that it was to be made */
	struct passed_group *passed; /**< that it said; NULL */
	char told[256]; /**< what others wrote: "NUMBER NAME: TEXT\n" of each
			 */
};

/** How many conferences the next rooms may have, a line of configuration */
extern const char *room_conferences;

void room_open(struct focus_room *r);
/** The same with more slots */
void room_open_with(struct focus_room *r, unsigned mixers);
void room_close(struct focus_room *r);

/** Put a mixer into the (empty) slot and let it say hello */
void room_mixer_start(struct focus_room *r);

/** Put another one into the next empty slot. Its requests must be an array */
void room_mixer_attach(struct focus_room *r, struct fake_mixer *m);

/** It is gone at once */
void room_mixer_kill(struct focus_room *r);

/** Run the loop until the time is over */
void room_turn(unsigned ms);

/** So many seconds at once, in which mixers answer */
void room_pass(unsigned s);

/** One plain transport, one audio section in Opus; mem_deref() it */
struct leg_description *room_leg(void);

/** Come in, answered by the mixer and connected */
enum reason room_join(struct focus_room *r, struct party *p,
		      const char *conference, const char *aor,
		      const char *display);

/** The same, without waiting for the mixer */
enum reason room_join_begin(struct focus_room *r, struct party *p,
			    const char *conference, const char *aor,
			    const char *display);

/** From where it is to another one, with its leg (focus_move()), not answered
 *  yet */
enum reason room_move(struct focus_room *r, struct party *p,
		      const char *conference, const char *aor,
		      const char *display);

/** Run a command given as JSON; the answer is in r->answer */
void room_command(struct focus_room *r, const char *text);

/** The same by somebody */
void room_command_by(struct focus_room *r, const struct asker *asker,
		     const char *text);

/** The roster's line of an endpoint, as a command shows it. @param user Set to
 *  that of its user; both borrowed */
const json_t *room_line(struct focus_room *r, const struct party *p,
			const json_t **user);

/** Did the last command go well? */
bool room_ok(const struct focus_room *r);

/** Requests with this op */
unsigned mixer_count(const struct fake_mixer *m, const char *op);

/** The last request with this op; NULL */
json_t *mixer_last(const struct fake_mixer *m, const char *op);

/** Send an event */
void mixer_say(struct fake_mixer *m, json_t *event);

/** Send bytes as they are */
void mixer_say_bytes(struct fake_mixer *m, const void *bytes, size_t len);

/** A socket pair with one end in the next empty slot, which waits for a hello.
 *  @return the other end */
int room_mixer_socket(struct focus_room *r);

/** Events of this type that were told, and the last of them */
unsigned event_count(const struct focus_room *r, const char *type);
json_t *event_last(const struct focus_room *r, const char *type);

#endif
