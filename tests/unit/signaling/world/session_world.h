/**
 * @file session_world.h  A focus, a transport layer and one peer in one
 * process
 *
 * The peer is a UDP socket that speaks SIP word by word, the mixer is the
 * other end of an Mp link that says yes to everything. A test is a list of
 * lines:
 *   "> METHOD CSEQ [| BODY [| HEADERS]]"  the peer sends a request
 *   "= CODE [| BODY [| HEADERS]]"         it answers the request it read last
 *   "< WHAT [| TEXT]..."   it reads "200" or "BYE" next and finds each TEXT
 *                          in it; "!TEXT" must not be there. 1xx are skipped
 *                          unless named, repetitions too
 *   "~ WHAT [| TEXT]..."   the same, whatever comes before it; that is read
 * later
 *   "- WHAT"               no such message comes within 700 ms
 *   "@ OP"                 the mixer is asked for it, e.g. leg.remove
 *   "# N"                  so many sessions are left in the end
 *   "+ WHAT"               the next message repeats one that was read
 *   "i"                    the last request read is the last INVITE again
 *   "m 0", "m 1"           the mixer falls silent, answers again; "m 2": and
 *                          what it was asked meanwhile
 *   "k", "K"               the mixer dies, another comes; none comes
 *   "p", "P"               the peer goes on from another port, another host
 *   "v NAME"               the focus has it go to that conference
 *   "x"                    the focus has it offered another shape
 *   "h"                    the call that is confirmed is ended, by BYE
 *   "T", "U"               it speaks over TLS from now on (a world of
 *                          world_open_tls()), over UDP again
 *   "d" the focus dials the peer, "d URI" somebody else; "e TYPE [REASON]" the
 *   focus tells such an event; "r" it re-offers; "s" it shuts down;
 *   "t TAG" the peer answers with another tag
 * BODY is a name of a description ("offer", "hold", "answer"), "-" for none,
 * or "TYPE:TEXT". In HEADERS and TEXT a comma-free line; "^" is CRLF. "~" in
 * HEADERS is the RSeq that the peer read last.
 */
#ifndef PARLEY_TESTS_SESSION_WORLD_H
#define PARLEY_TESTS_SESSION_WORLD_H

#include <stdbool.h>
#include "focus/conference/focus.h"
#include "focus/config/config.h"
#include "signaling/session/session_private.h"
#include "signaling/transport/layer.h"

struct link;

enum { WORLD_LINES_MAX = 64, WORLD_TEXT_MAX = 16384 };

struct world {
	struct config *config;
	struct transport_layer *layer;
	struct focus *focus;
	struct notifiers *notifiers;
	struct conference_events *watchers;
	struct sessions *sessions;
	const char *lacks; /**< the mixer: a codec; NULL: none */
	struct link *mixer;
	struct udp_sock *us;
	struct tls *tls;     /**< the peer's, NULL: it has none */
	struct tcp_conn *tc; /**< its connection */
	struct tls_conn *sc;
	struct mbuf *in; /**< what came by it and is not whole */
	bool up, speaks_tls;
	struct sa peer, server;
	char uri[64]; /**< "demo@127.0.0.1:5060", or with another scheme */

	/* the peer */
	struct list inbox;
	char callid[64], branch[48], invite_branch[48], contact[256],
		peer_uri[64];
	char local[640], to[640], invite_to[640]; /**< From and To it says */
	char last_request[WORLD_TEXT_MAX], invite[WORLD_TEXT_MAX];
	char sdp[WORLD_TEXT_MAX];        /**< the last description it read */
	char rseq[16];                   /**< the last RSeq it read */
	char said[WORLD_LINES_MAX][160]; /**< what it read, for repetitions */
	unsigned said_count, branches;
	const char *tag; /**< its tag when it answers requests */

	/* who follows the focus */
	struct event_subscription *follower;
	char events[4096]; /**< "TYPE REASON\n" of each, "uri URI\n" */

	/* the mixer */
	char ops[512];
	char refuse_op[32];   /**< say no to this one */
	int refuse_code;      /**< with this errno, 0: ENOTSUP */
	bool silent;          /**< answer no more */
	struct json_t *asked; /**< meanwhile */

	bool timed_out;
};

/** One more line of the configuration of the next worlds, NULL: none */
extern const char *world_override;

int world_open(struct world *w);
/** With a TLS listener beside it */
int world_open_tls(struct world *w);
void world_close(struct world *w);

/** Play the lines; the first that fails is named by CUnit */
bool world_play(struct world *w, const char *const lines[]);

/** Turn the loop until *flag or the time is up; @return *flag */
bool world_wait(struct world *w, const bool *flag, unsigned ms);

/** A message that the peer received and has not read */
struct letter {
	struct le le;
	char text[];
};

/* session_mixer.c */
int world_mixer_open(struct world *w);
/** "m 0" and its like */
bool world_mixer_speak(struct world *w, char how);
/** It dies, and another comes */
bool world_mixer_replace(struct world *w);
bool world_mixer_kill(struct world *w);

/* session_peer.c */
udp_recv_h peer_received_h;
/** Connect over TLS */
bool peer_open_tls(struct world *w);
bool peer_send_request(struct world *w, char *fields[], unsigned n);
bool peer_send_response(struct world *w, char *fields[], unsigned n);
/** Is it a response with that code, a request of that method? */
bool peer_starts_as(const char *text, const char *what);
/** Has it been read before? UDP repeats. Remembers it if not */
bool peer_repeated(struct world *w, const char *text);
/** Keep its dialog, target and description */
void peer_learn(struct world *w, const char *text);

/** Any one session, NULL if there is none */
struct session *world_session(struct world *w);

/** Play the lines in a world of their own */
void world_scene(const char *const lines[]);

/** A test that is a scene */
#define WORLD_SCENE(name, ...)                                                \
	static void name(void)                                                \
	{                                                                     \
		static const char *const lines[] = {__VA_ARGS__, NULL};       \
                                                                              \
		world_scene(lines);                                           \
	}

#endif
