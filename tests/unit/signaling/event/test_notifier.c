/**
 * @file test_notifier.c  Subscriptions (RFC 6665), over UDP with a real layer
 */
#include <errno.h>
#include <string.h>
#include "signaling/event/notifier.h"
#include "tests/unit/failing.h"
#include "tests/unit/signaling/world/session_world.h"
#include "tests/unit/unit.h"

#define OURS   "0123456789abcdef0123456789abcdef"
#define NOBODY "00000000000000000000000000000000"
#define THEIRS "00112233445566778899aabbccddeeff"

/** A package of one subscription: its state is a number that counts */
struct package {
	struct world w;
	struct notifiers *notifiers;
	struct layer_handled *handled;
	struct notifier *n;
	uint32_t grant_s; /**< 0: what was wished */
	bool reached;     /**< who subscribes is known */
	unsigned state, closed, refreshed;
	int err; /**< of the last notifier_accept() */
	bool gone;
};

static void say(struct package *p)
{
	struct mbuf *mb = mbuf_alloc(32);

	(void)mbuf_printf(mb, "state %u\n", ++p->state);
	mb->pos = 0;
	CU_ASSERT(!notifier_send(p->n, "text/plain", mb));
	mem_deref(mb);
}

static void refresh_h(void *arg)
{
	struct package *p = arg;

	p->refreshed++;
	say(p);
}

static void closed_h(void *arg)
{
	struct package *p = arg;

	p->n = NULL;
	p->closed++;
	p->gone = true;
}

static bool subscribe_h(const struct sip_msg *msg, void *arg)
{
	struct package *p = arg;
	struct notifier_param param = {.event = "test",
				       .id = "7",
				       .contact = "sip:demo@127.0.0.1",
				       .reached = p->reached,
				       .session_id = OURS};

	if (notifier_too_brief(p->notifiers, msg))
		return true;
	param.expires_s = p->grant_s ? p->grant_s : notifier_expires(msg, 600);
	p->err = notifier_accept(&p->n, p->notifiers, msg, &param, refresh_h,
				 closed_h, p);
	if (p->err)
		(void)sip_treplyf(NULL, NULL, layer_sip(p->w.layer), msg,
				  false, 503, "Full", SESSION_NO_BODY);
	else
		say(p);

	return true;
}

static const struct layer_method subscribe = {"SUBSCRIBE", LAYER_OUTSIDE,
					      subscribe_h};

static enum layer_dialog dialog_h(const struct pl *callid,
				  const struct pl *ours,
				  const struct pl *theirs, void *arg)
{
	const struct package *p = arg;
	struct sip_msg like = {.req = true, .callid = *callid};

	like.to.tag = *ours;
	like.from.tag = *theirs;

	return notifiers_dialog(p->notifiers, &like);
}

static bool open_package(struct package *p)
{
	memset(p, 0, sizeof(*p));
	if (world_open(&p->w))
		return false;
	/* the package takes the place of sessions and their subscriptions */
	p->w.sessions = mem_deref(p->w.sessions);
	p->w.watchers = mem_deref(p->w.watchers);
	p->w.notifiers = mem_deref(p->w.notifiers);
	layer_set_dialogs(p->w.layer, dialog_h, p);

	return !notifiers_alloc(&p->notifiers, p->w.layer, p->w.config) &&
	       !layer_handle(&p->handled, p->w.layer, &subscribe, 1, p);
}

static void close_package(struct package *p)
{
	layer_set_dialogs(p->w.layer, NULL, NULL);
	mem_deref(p->n);
	mem_deref(p->handled);
	mem_deref(p->notifiers);
	world_close(&p->w);
}

static json_int_t stat_of(struct package *p, const char *name)
{
	json_t *stats = notifiers_stats(p->notifiers);
	json_int_t n = json_integer_value(json_object_get(stats, name));

	json_decref(stats);

	return n;
}

#define PLAY(p, ...)                                                          \
	CU_ASSERT_FATAL(world_play(&(p)->w,                                   \
				   (const char *const[]){__VA_ARGS__, NULL}))

#define EVENT     "Event: test;id=7"
#define SUBSCRIBE "> SUBSCRIBE 1 | - | " EVENT
#define FIRST                                                                 \
	"< NOTIFY | Event: test;id=7 | Subscription-State: active;expires="   \
	" | Contact: <sip:demo@127.0.0.1>;isfocus | Session-ID: " OURS        \
	" | Content-Type: text/plain | state 1"

static void subscribes_refreshes_ends(void)
{
	struct package p;

	CU_ASSERT_FATAL(open_package(&p));
	PLAY(&p, SUBSCRIBE "^Expires: 9999",
	     "< 200 | Expires: 3600 | Contact: <sip:demo@127.0.0.1>;isfocus"
	     " | Session-ID: " OURS ";remote=" NOBODY,
	     FIRST " | active;expires=3600", "= 200",
	     "> SUBSCRIBE 2 | - | " EVENT "^Expires: 100",
	     "< 200 | Expires: 100", "< NOTIFY | active;expires=100 | state 2",
	     "= 200", "> SUBSCRIBE 3 | - | " EVENT "^Expires: 0",
	     "< 200 | Expires: 0",
	     "< NOTIFY | Subscription-State: terminated;reason=timeout"
	     " | state 3");
	CU_ASSERT_EQUAL(p.closed, 0);
	PLAY(&p, "= 200");
	CU_ASSERT(world_wait(&p.w, &p.gone, unit_patience_ms(3000)));
	CU_ASSERT_EQUAL(p.refreshed, 2);
	CU_ASSERT_EQUAL(stat_of(&p, "subscriptions"), 0);
	CU_ASSERT_EQUAL(stat_of(&p, "notifies"), 3);
	CU_ASSERT_EQUAL(stat_of(&p, "refreshed"), 2);
	/* nobody knows it any more */
	PLAY(&p, "> SUBSCRIBE 4 | - | " EVENT, "< 481");
	close_package(&p);
}

/* The Contact of a stranger's datagram is nobody's whom we know: the first
 * NOTIFY goes where the SUBSCRIBE came from, and when it was answered there,
 * the others go to the Contact (of another port here, where nobody listens) */
static void goes_to_no_contact_before_it_was_answered(void)
{
	struct package p;

	CU_ASSERT_FATAL(open_package(&p));
	PLAY(&p, SUBSCRIBE "^Contact: <sip:mallory@127.0.0.1:9>", "< 200",
	     "< NOTIFY | NOTIFY sip:mallory@127.0.0.1:9 | state 1", "= 200");
	PLAY(&p, "- NOTIFY");
	say(&p);
	PLAY(&p, "- NOTIFY");
	CU_ASSERT_EQUAL(stat_of(&p, "notifies"), 2);
	close_package(&p);

	/* who is known is believed */
	CU_ASSERT_FATAL(open_package(&p));
	p.reached = true;
	PLAY(&p, SUBSCRIBE "^Contact: <sip:alice@127.0.0.1:9>", "< 200",
	     "- NOTIFY");
	CU_ASSERT_EQUAL(stat_of(&p, "notifies"), 1);
	close_package(&p);
}

/* S12: their half is heard in the SUBSCRIBE and the answers to NOTIFYs */
static void keeps_session_id(void)
{
	struct package p;

	CU_ASSERT_FATAL(open_package(&p));
	PLAY(&p, SUBSCRIBE, "< 200 | Session-ID: " OURS ";remote=" NOBODY,
	     FIRST, "= 200 | - | Session-ID: " THEIRS ";remote=" OURS,
	     "> SUBSCRIBE 2 | - | " EVENT "^Expires: 0",
	     "< 200 | Session-ID: " OURS ";remote=" THEIRS,
	     "< NOTIFY | Session-ID: " OURS ";remote=" THEIRS, "= 200");
	CU_ASSERT(world_wait(&p.w, &p.gone, unit_patience_ms(3000)));
	close_package(&p);
}

static void one_look(void)
{
	struct package p;

	CU_ASSERT_FATAL(open_package(&p));
	PLAY(&p, SUBSCRIBE "^Expires: 0", "< 200 | Expires: 0",
	     "< NOTIFY | Subscription-State: terminated;reason=timeout"
	     " | state 1",
	     "= 200");
	CU_ASSERT(world_wait(&p.w, &p.gone, unit_patience_ms(3000)));
	close_package(&p);
}

static void runs_out(void)
{
	struct package p;

	CU_ASSERT_FATAL(open_package(&p));
	p.grant_s = 1;
	PLAY(&p, SUBSCRIBE, "< 200 | Expires: 1", FIRST, "= 200",
	     "< NOTIFY | terminated;reason=timeout | state 2", "= 200");
	CU_ASSERT(world_wait(&p.w, &p.gone, unit_patience_ms(3000)));
	CU_ASSERT_EQUAL(stat_of(&p, "expired"), 1);
	close_package(&p);
}

static void one_at_a_time_newest_wins(void)
{
	struct package p;

	CU_ASSERT_FATAL(open_package(&p));
	PLAY(&p, SUBSCRIBE, "< 200", FIRST);
	CU_ASSERT(notifier_busy(p.n));
	say(&p);
	say(&p);
	PLAY(&p, "- NOTIFY");
	CU_ASSERT_EQUAL(stat_of(&p, "notifies"), 1);
	close_package(&p);

	CU_ASSERT_FATAL(open_package(&p));
	PLAY(&p, SUBSCRIBE, "< 200", FIRST);
	say(&p);
	say(&p);
	PLAY(&p, "= 200", "< NOTIFY | state 3", "= 200", "- NOTIFY");
	CU_ASSERT(!notifier_busy(p.n));
	close_package(&p);
}

static void says_goodbye(void)
{
	struct package p;
	struct notifier *n;

	CU_ASSERT_FATAL(open_package(&p));
	PLAY(&p, SUBSCRIBE, "< 200", FIRST);
	/* after the one under way */
	n = p.n;
	p.n = NULL;
	notifier_end(n, "noresource", NULL, NULL);
	PLAY(&p, "= 200",
	     "< NOTIFY | Subscription-State: terminated;reason=noresource"
	     " | Content-Length: 0 | !Content-Type",
	     "> SUBSCRIBE 2 | - | " EVENT, "< 481");
	CU_ASSERT_EQUAL(stat_of(&p, "subscriptions"), 1);
	CU_ASSERT_EQUAL(p.closed, 0);
	close_package(&p);
}

static void failures_end_it(void)
{
	static const char *const answers[] = {"= 404", "= 500", "= 401",
					      "= 302"};
	struct package p;
	size_t i;

	for (i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		CU_ASSERT_FATAL(open_package(&p));
		PLAY(&p, SUBSCRIBE, "< 200", FIRST, answers[i]);
		CU_ASSERT(world_wait(&p.w, &p.gone, unit_patience_ms(3000)));
		CU_ASSERT_EQUAL(p.closed, 1);
		CU_ASSERT_EQUAL(stat_of(&p, "failed"), 1);
		CU_ASSERT_EQUAL(stat_of(&p, "subscriptions"), 0);
		PLAY(&p, "> SUBSCRIBE 2 | - | " EVENT, "< 481");
		close_package(&p);
	}
}

/* A NOTIFY may come before the 200 in front of it, to who knows nothing of a
 * subscription yet; later, and again and again, a 481 is the end of it */
static void overtakes_its_200(void)
{
	struct package p;

	CU_ASSERT_FATAL(open_package(&p));
	PLAY(&p, SUBSCRIBE, "< 200", FIRST, "= 481", "< NOTIFY | state 1",
	     "= 200");
	CU_ASSERT_EQUAL(p.closed, 0);
	say(&p);
	PLAY(&p, "< NOTIFY | state 2", "= 481");
	CU_ASSERT(world_wait(&p.w, &p.gone, unit_patience_ms(3000)));
	CU_ASSERT_EQUAL(stat_of(&p, "notifies"), 3);
	close_package(&p);

	CU_ASSERT_FATAL(open_package(&p));
	PLAY(&p, SUBSCRIBE, "< 200", FIRST, "= 481", "< NOTIFY | state 1",
	     "= 481", "< NOTIFY | state 1", "= 481");
	CU_ASSERT(world_wait(&p.w, &p.gone, unit_patience_ms(3000)));
	CU_ASSERT_EQUAL(stat_of(&p, "failed"), 1);
	close_package(&p);
}

static void waits_as_told(void)
{
	struct package p;

	CU_ASSERT_FATAL(open_package(&p));
	PLAY(&p, SUBSCRIBE, "< 200", FIRST, "= 503 | - | Retry-After: 1",
	     "- NOTIFY");
	CU_ASSERT(notifier_busy(p.n));
	PLAY(&p, "< NOTIFY | state 1", "= 503 | - | Retry-After: 1");
	/* what is newer goes instead */
	say(&p);
	PLAY(&p, "- NOTIFY", "< NOTIFY | state 2", "= 200");
	CU_ASSERT_EQUAL(p.closed, 0);
	/* in the wait its end needs no more waiting */
	say(&p);
	PLAY(&p, "< NOTIFY | state 3", "= 503 | - | Retry-After: 30",
	     "- NOTIFY");
	notifier_end(p.n, "deactivated", NULL, NULL);
	p.n = NULL;
	PLAY(&p, "< NOTIFY | terminated;reason=deactivated", "= 200");
	close_package(&p);
}

/* The peer begins a new dialog */
static void begin_anew(struct package *p)
{
	(void)re_snprintf(p->w.callid, sizeof(p->w.callid), "%llx",
			  rand_u64());
	(void)re_snprintf(p->w.to, sizeof(p->w.to), "<sip:%s>", p->w.uri);
}

static void refuses(void)
{
	struct package p;

	CU_ASSERT_FATAL(open_package(&p));
	PLAY(&p, SUBSCRIBE "^Expires: 59", "< 423 | Min-Expires: 60");
	CU_ASSERT_PTR_NULL(p.n);
	begin_anew(&p);
	PLAY(&p, "> SUBSCRIBE 2 | - | " EVENT "^Expires: 60",
	     "< 200 | Expires: 60", FIRST, "= 200",
	     "> SUBSCRIBE 3 | - | " EVENT "^Expires: 5", "< 423",
	     /* old CSeq, other event, other id, none */
	     "> SUBSCRIBE 1 | - | " EVENT, "< 500",
	     "> SUBSCRIBE 4 | - | Event: test;id=8", "< 481",
	     "> SUBSCRIBE 5 | - | Event: test", "< 481",
	     "> SUBSCRIBE 6 | - | Event: other;id=7", "< 481", "> SUBSCRIBE 7",
	     "< 481", "> SUBSCRIBE 8 | - | " EVENT, "< 200",
	     "< NOTIFY | state 2", "= 200");
	close_package(&p);

	CU_ASSERT_FATAL(open_package(&p));
	p.w.config->max_subscriptions = 0;
	PLAY(&p, SUBSCRIBE, "< 503");
	CU_ASSERT_EQUAL(p.err, EOVERFLOW);
	close_package(&p);
}

static void bounded_by_source(void)
{
	struct package p;
	struct notifier *first;

	CU_ASSERT_FATAL(open_package(&p));
	p.w.config->subscriptions_per_source = 1;
	PLAY(&p, SUBSCRIBE, "< 200", FIRST, "= 200");
	first = p.n;
	p.n = NULL;
	begin_anew(&p);
	PLAY(&p, SUBSCRIBE, "< 503");
	CU_ASSERT_EQUAL(p.err, EOVERFLOW);
	CU_ASSERT_EQUAL(stat_of(&p, "refused"), 1);
	mem_deref(first);
	begin_anew(&p);
	PLAY(&p, "> SUBSCRIBE 2 | - | " EVENT, "< 200");
	close_package(&p);

	CU_ASSERT_FATAL(open_package(&p));
	p.w.config->subscriptions_per_source = 0;
	(void)sa_set_str(&p.w.config->trusted_hosts[0].address, "127.0.0.1",
			 0);
	p.w.config->trusted_hosts[0].bits = 32;
	p.w.config->trusted_hosts_count = 1;
	PLAY(&p, SUBSCRIBE, "< 200");
	close_package(&p);
}

/* ------------------------------------------------------- nothing is left */

struct kept {
	struct sip_msg *msg;
	bool here;
};

static bool keep_h(const struct sip_msg *msg, void *arg)
{
	struct kept *kept = arg;

	kept->msg = mem_ref((void *)(uintptr_t)msg);
	kept->here = true;

	return true;
}

/* A SUBSCRIBE as the layer has it, that nobody has answered */
static struct sip_msg *asked(struct package *p)
{
	static const struct layer_method keep = {"SUBSCRIBE", LAYER_OUTSIDE,
						 keep_h};
	struct kept kept = {NULL, false};

	p->handled = mem_deref(p->handled);
	CU_ASSERT_FATAL(
		!layer_handle(&p->handled, p->w.layer, &keep, 1, &kept));
	PLAY(p, SUBSCRIBE "^Session-ID: " THEIRS);
	CU_ASSERT_FATAL(world_wait(&p->w, &kept.here, unit_patience_ms(3000)));
	p->handled = mem_deref(p->handled);

	return kept.msg;
}

static int say_twice_and_end(struct package *p)
{
	struct mbuf *mb = mbuf_alloc(8);
	int err = mb ? mbuf_write_str(mb, "state") : ENOMEM;

	if (!err)
		err = notifier_send(p->n, "text/plain", mb);
	/* one is under way: it waits */
	if (!err)
		err = notifier_send(p->n, "text/plain", mb);
	CU_ASSERT(err || notifier_busy(p->n));
	notifier_end(p->n, "noresource", "text/plain", mb);
	p->n = NULL;
	mem_deref(mb);

	return err;
}

static int one_subscription(void *arg)
{
	const struct notifier_param param = {.event = "test",
					     .id = "7",
					     .contact = "sip:demo@127.0.0.1",
					     .expires_s = 600};
	struct sip_msg *msg;
	struct package p;
	int err;
	(void)arg;

	failing_pause();
	CU_ASSERT_FATAL(open_package(&p));
	msg = asked(&p);
	p.notifiers = mem_deref(p.notifiers);
	failing_resume();

	err = notifiers_alloc(&p.notifiers, p.w.layer, p.w.config);
	CU_ASSERT_EQUAL(!err, p.notifiers != NULL);
	if (!err) {
		err = notifier_accept(&p.n, p.notifiers, msg, &param,
				      refresh_h, closed_h, &p);
		CU_ASSERT_EQUAL(!err, p.n != NULL);
	}
	if (!err)
		err = say_twice_and_end(&p);

	failing_pause();
	if (p.notifiers) {
		/* what failed is not counted, and what ended may be sending */
		CU_ASSERT(stat_of(&p, "subscriptions") <= 1);
	}
	mem_deref(msg);
	close_package(&p);
	failing_resume();

	return err;
}

static void survives_any_failing_allocation(void)
{
	CU_ASSERT(failing_each(one_subscription, NULL) > 10);
}

static CU_TestInfo tests[] = {
	{"survives any failing allocation", survives_any_failing_allocation},
	{"goes to no Contact before it was answered",
	 goes_to_no_contact_before_it_was_answered},
	{"F10 subscribes, refreshes, ends", subscribes_refreshes_ends},
	{"F10 one look", one_look},
	{"F10 runs out", runs_out},
	{"F13 one at a time, the newest wins", one_at_a_time_newest_wins},
	{"F10 says goodbye", says_goodbye},
	{"F10 failures end it", failures_end_it},
	{"F10 a NOTIFY may overtake its 200", overtakes_its_200},
	{"F10 waits as it is told", waits_as_told},
	{"F10 refuses", refuses},
	{"F10 is bounded by source", bounded_by_source},
	{"S12: keeps Session-ID", keeps_session_id},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(notifier, tests)
