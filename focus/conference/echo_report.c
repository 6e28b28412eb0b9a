/**
 * @file focus/conference/echo_report.c  How somebody is heard in an echo test
 */
#include "focus/conference/conference_private.h"
#include "focus/conference/echo_report.h"
#include "focus/conference/user.h"
#include "mixer/base/re.h"


enum {
	/* of the loudest 20 ms of the last seconds, dB below full scale: a
	 * voice that is clear is at 10 to 30 */
	SILENT_DB = 55,
	QUIET_DB = 36,
	LOUD_DB = 6,
	/* packets that are lost, of a thousand, and their jitter */
	LOST_PERMILLE = 20,
	JITTER_MS = 60,
};

/** Whose report is under way: the endpoint may be gone when it comes */
struct asked {
	struct focus *focus;
	uint32_t leg;
};


static int64_t number(const json_t *audio, const char *key)
{
	return json_integer_value(json_object_get(audio, key));
}


static bool is_poor(const json_t *audio)
{
	const int64_t in = number(audio, "packets_in");
	const int64_t lost = number(audio, "packets_lost");

	return lost * 1000 > (in + lost) * LOST_PERMILLE ||
	       number(audio, "remote_loss") * 1000 > 256 * LOST_PERMILLE ||
	       number(audio, "jitter_ms") > JITTER_MS;
}


void echo_words(const char *names[ECHO_WORDS], const json_t *audio)
{
	const int64_t db = number(audio, "level_dbov");

	names[0] = db > SILENT_DB  ? "echo_silent"
		   : db > QUIET_DB ? "echo_quiet"
		   : db < LOUD_DB  ? "echo_loud"
				   : "echo_good";
	names[1] = is_poor(audio) ? "line_poor" : "line_good";
}


static void report_h(int err, json_t *reply, void *arg)
{
	struct asked *asked = arg;
	const json_t *leg = json_array_get(json_object_get(reply, "legs"), 0);
	const json_t *audio = json_object_get(leg, "audio");
	struct endpoint *ep =
		err ? NULL : endpoint_by_leg(asked->focus, asked->leg);
	const char *names[ECHO_WORDS];

	if (ep && audio && number(leg, "leg") == asked->leg) {
		echo_words(names, audio);
		(void)endpoint_say(ep, names, ECHO_WORDS, NULL);
	}
	mem_deref(asked);
}


void echo_report(struct endpoint *ep)
{
	const struct conference *c = ep->user->conference;
	struct asked *asked = mem_zalloc(sizeof(*asked), NULL);

	if (!asked)
		return;

	asked->focus = c->focus;
	asked->leg = ep->leg;
	if (mixer_request(c->mixer,
			  json_pack("{s:s,s:I}", "op", "stats", "after",
				    (json_int_t)ep->leg - 1),
			  report_h, asked))
		mem_deref(asked);
}
