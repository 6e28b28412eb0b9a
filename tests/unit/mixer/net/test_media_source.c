/**
 * @file test_media_source.c  From where plain media is believed
 *
 * Each case is a story of packets: who sends how many, how far apart, and
 * then where media goes and whose packets were heard.
 */
#include <string.h>
#include "mixer/net/media_source.h"
#include "tests/unit/unit.h"


enum { MS = 1000, STEPS_MAX = 8 };

/** Whose packets, and where from */
enum who { NOBODY, S, S2, N1, N2, N1B, N3, OTHER, STRANGER, P };

static const struct {
	const char *host;
	uint16_t port;
} places[] = {
	[NOBODY] = {"0.0.0.0", 0},
	[S] = {"192.0.2.1", 4000},         /* signalled */
	[S2] = {"192.0.2.1", 4002},        /* signalled later */
	[N1] = {"192.0.2.1", 50001},       /* ports of the host that signals */
	[N2] = {"192.0.2.1", 50002},       /* .. */
	[N1B] = {"192.0.2.1", 50011},      /* .. where N1's stream goes on */
	[N3] = {"192.0.2.1", 50003},       /* .. */
	[OTHER] = {"203.0.113.9", 50000},  /* another host */
	[STRANGER] = {"203.0.113.66", 66}, /* yet another */
	[P] = {"10.0.0.5", 4000},          /* signalled behind a NAT */
};

/** BETWEEN: a stranger's packet after each; AMID: one of who is followed */
enum kind { RTP, RTCP, SIGNAL, SIGNAL_ELSEWHERE, WAIT, BETWEEN, AMID };

struct step {
	enum kind kind;
	enum who who; /**< who sends, or what is signalled */
	unsigned count, apart_ms;
	unsigned heard; /**< of these */
	enum who to;    /**< where media goes then */
};

struct story {
	const char *name;
	bool any, proven, lead;
	bool reports; /**< the signalled address has reported, elsewhere */
	struct step steps[STEPS_MAX];
};

static const struct story stories[] = {
	{"one packet of another port takes nothing",
	 .steps = {{SIGNAL, S, .to = S},
		   {RTP, N1, 1, 20, 1, S},
		   {WAIT, .count = 1, .apart_ms = 5000, .to = S},
		   {RTP, N1, 1, 20, 1, S}}},
	{"a port of the host that goes on is followed within two seconds",
	 .steps = {{SIGNAL, S, .to = S},
		   {RTP, S, 50, 20, 50, S},
		   {RTP, N1, 9, 20, 0, S},
		   {RTP, N1, 40, 20, 40, S},
		   {RTP, N1, 5, 20, 5, N1}}},
	{"one in DTX, too", .steps = {{SIGNAL, S, .to = S},
				      {RTP, S, 50, 20, 50, S},
				      {RTP, N1, 5, 400, 5, N1}}},
	{"a signalled address that is alive is not left",
	 .steps = {{SIGNAL, S, .to = S},
		   {RTP, S, 1, 20, 1, S},
		   {RTP, N1, 3, 10, 0, S},
		   {RTP, S, 1, 20, 1, S},
		   {RTP, N1, 8, 20, 0, S},
		   {RTP, S, 1, 20, 1, S},
		   {RTP, N1, 8, 20, 0, S}}},
	{"the signalled address comes back at once, also before a live one",
	 .steps = {{SIGNAL, S, .to = S},
		   {RTP, N1, 60, 20, 60, N1},
		   {RTP, S, 2, 20, 0, N1},
		   {RTP, N1, 1, 1, 1, N1},
		   {RTP, S, 1, 20, 1, S},
		   {RTP, N1, 5, 20, 0, S}}},
	{"a NAT's new port after another, and back",
	 .steps = {{SIGNAL, P, .to = P},
		   {RTP, N1, 100, 20, 100, N1},
		   {RTP, N1B, 9, 20, 0, N1},
		   {RTP, N1B, 60, 20, 60, N1B},
		   {RTP, N1, 9, 20, 0, N1B},
		   {RTP, N1, 60, 20, 60, N1}}},
	{"who was followed comes back at once, before a live one, that then "
	 "takes nothing",
	 .steps = {{SIGNAL, P, .to = P},
		   {RTP, N1, 100, 20, 100, N1},
		   {RTP, N2, 69, 20, 60, N2},
		   {AMID, N1, 2, 20, 0, N2},
		   {AMID, N1, 1, 20, 1, N1},
		   {RTP, N2, 9, 20, 0, N1},
		   {RTP, N1, 1, 20, 1, N1},
		   {RTP, N2, 9, 20, 0, N1}}},
	{"also from another port of its NAT",
	 .steps = {{SIGNAL, P, .to = P},
		   {RTP, N1, 100, 20, 100, N1},
		   {RTP, N2, 69, 20, 60, N2},
		   {AMID, N1B, 3, 20, 1, N1B},
		   {RTP, N2, 9, 20, 0, N1B}}},
	{"also by another stream, and the first one before the second",
	 .steps = {{SIGNAL, P, .to = P},
		   {RTP, N1, 100, 20, 100, N1},
		   {RTP, N2, 69, 20, 60, N2},
		   {RTP, N3, 69, 20, 60, N3},
		   {AMID, N2, 3, 20, 1, N2},
		   {AMID, N3, 200, 20, 0, N2},
		   {AMID, N1, 3, 20, 1, N1},
		   {AMID, N2, 200, 20, 0, N1}}},
	{"reports of who was followed, too",
	 .steps = {{SIGNAL, P, .to = P},
		   {RTCP, N1, 2, 5000, 2, N1},
		   {RTCP, N2, 3, 5000, 3, N2},
		   {RTCP, N1, 1, 20, 1, N1}}},
	{"a NAT's new port takes over and no other, where both go on",
	 .steps = {{SIGNAL, P, .to = P},
		   {RTP, N1, 100, 20, 100, N1},
		   {RTP, N2, 40, 20, 31, N1},
		   {RTP, N1B, 51, 20, 51, N1B},
		   {AMID, N2, 200, 20, 0, N1B}}},
	{"a terminal with another port and stream stays there",
	 .steps = {{SIGNAL, P, .to = P},
		   {RTP, N1, 100, 20, 100, N1},
		   {RTP, N2, 69, 20, 60, N2},
		   {RTP, N1, 2, 20, 0, N2},
		   {RTP, N2, 500, 20, 500, N2},
		   {RTP, N3, 69, 20, 60, N3}}},
	{"who was followed before the signalling changed has no precedence",
	 .steps = {{SIGNAL, P, .to = P},
		   {RTP, N1, 100, 20, 100, N1},
		   {SIGNAL, OTHER, .to = OTHER},
		   {RTP, N2, 69, 20, 69, N2},
		   {AMID, N1, 200, 20, 0, N2}}},
	{"who listens and reports is left when no report comes for ten "
	 "seconds",
	 .steps = {{SIGNAL, S, .to = S},
		   {RTCP, S, 1, 5000, 1, S},
		   {RTP, N1, 499, 20, 490, S},
		   {RTCP, S, 1, 1, 1, S},
		   {RTP, N1, 499, 20, 490, S},
		   {RTP, N1, 1, 20, 1, N1},
		   {RTCP, S, 1, 20, 1, S}}},
	{"and who reports from another port", .reports = true,
	 .steps = {{SIGNAL, S, .to = S},
		   {RTP, N1, 499, 20, 499, S},
		   {RTP, N1, 1, 20, 1, N1}}},
	{"behind a NAT the third packet is enough",
	 .steps = {{SIGNAL, P, .to = P},
		   {RTP, N1, 2, 20, 2, P},
		   {RTP, N1, 1, 20, 1, N1},
		   {RTP, N2, 5, 20, 0, N1}}},
	{"late packets of an address that was signalled before move nothing",
	 .steps = {{SIGNAL, S, .to = S},
		   {RTP, S, 50, 20, 50, S},
		   {SIGNAL, S2, .to = S2},
		   {RTP, S, 5, 20, 5, S2},
		   {RTP, S, 500, 20, 500, S2},
		   {RTP, S2, 1, 20, 1, S2},
		   {RTP, S, 5, 20, 0, S2}}},
	{"nor those of a NAT's port of before, when they stop",
	 .steps = {{SIGNAL, P, .to = P},
		   {RTP, N1, 50, 20, 50, N1},
		   {SIGNAL, S2, .to = S2},
		   {RTP, N1, 25, 20, 25, S2},
		   {WAIT, .count = 1, .apart_ms = 5000, .to = S2},
		   {RTP, N1, 25, 20, 25, S2}}},
	{"and keep no port of now out, nor does their RTCP",
	 .steps = {{SIGNAL, P, .to = P},
		   {RTP, N1, 50, 20, 50, N1},
		   {SIGNAL, OTHER, .to = OTHER},
		   {RTCP, N1, 1, 20, 1, OTHER},
		   {RTP, N2, 2, 20, 2, OTHER},
		   {RTP, N2, 1, 20, 1, N2}}},
	{"but a NAT's port that stays is found again",
	 .steps = {{SIGNAL, P, .to = P},
		   {RTP, N1, 50, 20, 50, N1},
		   {SIGNAL, S2, .to = S2},
		   {RTP, N1, 60, 20, 60, N1}}},
	{"an address that is signalled again is as good as new",
	 .steps = {{SIGNAL, S, .to = S},
		   {SIGNAL, S2, .to = S2},
		   {SIGNAL, S, .to = S},
		   {RTP, S, 1, 20, 1, S},
		   {RTP, S2, 200, 20, 191, S}}},
	{"what a NAT was found to give may be signalled",
	 .steps = {{SIGNAL, P, .to = P},
		   {RTP, N1, 50, 20, 50, N1},
		   {SIGNAL, N1, .to = N1},
		   {RTP, N1, 5, 20, 5, N1},
		   {RTP, N2, 5, 20, 0, N1}}},
	{"strangers take nothing, alone or between the packets of others",
	 .steps = {{SIGNAL, P, .to = P},
		   {RTP, STRANGER, 400, 20, 0, P},
		   {RTP, N1, 2, 20, 2, P},
		   {RTP, STRANGER, 20, 1, 0, P},
		   {RTP, N1, 1, 20, 1, N1},
		   {WAIT, .count = 1, .apart_ms = 10000, .to = N1},
		   {RTP, STRANGER, 400, 20, 0, N1}}},
	{"RTCP of a stranger takes nothing", .any = true,
	 .steps = {{SIGNAL, P, .to = P}, {RTCP, STRANGER, 50, 100, 0, P}}},
	{"media_from any: fifty in a row, after two seconds", .any = true,
	 .steps = {{SIGNAL, P, .to = P},
		   {RTP, OTHER, 99, 20, 0, P},
		   {RTP, OTHER, 2, 20, 2, OTHER},
		   {RTP, STRANGER, 200, 2, 0, OTHER}}},
	{"media_from any: fifty, not a few", .any = true,
	 .steps = {{SIGNAL, P, .to = P},
		   {WAIT, .count = 1, .apart_ms = 5000, .to = P},
		   {RTP, OTHER, 49, 20, 0, P},
		   {WAIT, .count = 1, .apart_ms = 1000, .to = P},
		   {RTP, OTHER, 49, 20, 0, P}}},
	{"media_from any: not while who is known can be heard", .any = true,
	 .steps = {{SIGNAL, S, .to = S},
		   {RTP, S, 50, 20, 50, S},
		   {RTP, OTHER, 75, 20, 0, S},
		   {RTP, S, 1, 20, 1, S},
		   {RTP, OTHER, 75, 20, 0, S},
		   {RTP, N1, 1, 20, 1, S},
		   {RTP, OTHER, 75, 20, 0, S}}},
	{"media_from any: who is known comes back before it at once",
	 .any = true,
	 .steps = {{SIGNAL, P, .to = P},
		   {RTP, OTHER, 150, 20, 51, OTHER},
		   {RTP, N1, 2, 20, 0, OTHER},
		   {RTP, OTHER, 1, 1, 1, OTHER},
		   {RTP, N1, 1, 20, 1, N1},
		   {RTP, OTHER, 90, 20, 0, N1}}},
	{"media_from any: a stranger keeps no NAT's port of before out",
	 .any = true,
	 .steps = {{SIGNAL, P, .to = P},
		   {RTP, N1, 50, 20, 50, N1},
		   {SIGNAL, S2, .to = S2},
		   {WAIT, .count = 1, .apart_ms = 5000, .to = S2},
		   {BETWEEN, N1, 60, 20, 60, N1}}},
	{"SRTP proves a new host, which is followed as a new port is",
	 .proven = true,
	 .steps = {{SIGNAL, S, .to = S},
		   {RTP, S, 50, 20, 50, S},
		   {RTP, OTHER, 9, 20, 0, S},
		   {RTP, OTHER, 60, 20, 60, OTHER}}},
	{"late SRTP of an address of before moves nothing", .proven = true,
	 .steps = {{SIGNAL, S, .to = S},
		   {RTP, S, 50, 20, 50, S},
		   {SIGNAL, S2, .to = S2},
		   {RTP, S, 100, 20, 100, S2}}},
	{"one report behind a NAT is enough, for it is seldom",
	 .steps = {{SIGNAL, P, .to = P}, {RTCP, N1, 1, 5000, 1, N1}}},
	{"two reports of another port, when the first one is silent",
	 .steps = {{SIGNAL, S, .to = S},
		   {RTCP, S, 2, 5000, 2, S},
		   {RTCP, N1, 1, 5000, 1, S},
		   {RTCP, S, 1, 100, 1, S},
		   {RTCP, N1, 1, 5000, 1, S},
		   {RTCP, N1, 1, 5000, 1, N1}}},
	{"RTCP is believed from where RTP is", .lead = true,
	 .steps = {{SIGNAL, P, .to = P},
		   {RTCP, OTHER, 1, 5000, 1, OTHER},
		   {RTCP, STRANGER, 5, 5000, 0, OTHER}}},
	{"signalling from another host ends what was learnt of the old one",
	 .steps = {{SIGNAL, P, .to = P},
		   {RTP, N1, 50, 20, 50, N1},
		   {SIGNAL_ELSEWHERE, P, .to = P},
		   {RTP, N1, 100, 20, 0, P},
		   {RTP, OTHER, 3, 20, 3, OTHER}}},
	{"before an address is known the host that signals is heard",
	 .steps = {{RTP, STRANGER, 50, 20, 0, NOBODY},
		   {SIGNAL, NOBODY, .to = NOBODY},
		   {RTP, STRANGER, 50, 20, 0, NOBODY},
		   {RTP, N1, 3, 20, 3, N1},
		   {SIGNAL, S, .to = S}}},
};


static struct sa place(enum who who)
{
	struct sa sa;

	(void)sa_set_str(&sa, places[who].host, places[who].port);
	if (who == NOBODY)
		sa_init(&sa, AF_UNSPEC);

	return sa;
}


static bool stranger_is_heard(struct media_source *s, uint64_t now_us)
{
	const struct media_source_packet p = {.ssrc = STRANGER};
	struct sa src = place(STRANGER);

	return media_source_considers(s, &src, false, now_us) &&
	       media_source_accepts(s, &src, &p, now_us);
}


/** As transport_plain.c asks. @return packets that are heard */
static unsigned send_packets(struct media_source *s, const struct step *step,
			     bool proven, uint64_t *now_us, uint16_t *seq)
{
	const struct media_source_packet other = {.ssrc = STRANGER};
	struct sa src = place(step->who);
	unsigned heard = 0;

	for (unsigned i = 0; i < step->count; i++) {
		const struct media_source_packet p = {
			.rtcp = step->kind == RTCP,
			.proven = proven,
			.ssrc = step->who == N1B ? N1 : step->who,
			.seq = ++*seq,
		};

		*now_us += step->apart_ms * MS;
		if (media_source_is_current(s, &src)) {
			media_source_heard(s, &p, *now_us);
			heard++;
		}
		else if (media_source_considers(s, &src, proven, *now_us)) {
			heard += media_source_accepts(s, &src, &p, *now_us);
		}
		if (step->kind == AMID && !media_source_is_current(s, &src))
			media_source_heard(s, &other, *now_us);
		if (step->kind == BETWEEN)
			CU_ASSERT_FALSE(stranger_is_heard(s, *now_us));
	}

	return heard;
}


static void play(const struct story *story)
{
	const struct media_source_packet report = {.rtcp = true};
	struct media_source s, lead, reports;
	uint64_t now_us = 1000 * MS;
	struct sa other = place(OTHER), none = place(NOBODY);
	struct sa signalled = place(S);
	uint16_t seq = 65500;

	media_source_init(&lead, false, NULL, NULL);
	(void)media_source_signal(&lead, &other, &none, now_us);
	media_source_heard(&lead, &report, now_us);
	media_source_init(&reports, false, NULL, NULL);
	(void)media_source_signal(&reports, &signalled, &none, now_us);
	media_source_heard(&reports, &report, now_us);
	media_source_init(&s, story->any, story->lead ? &lead : NULL,
			  story->reports ? &reports : NULL);

	for (size_t i = 0; i < STEPS_MAX; i++) {
		const struct step *step = &story->steps[i];
		struct sa to = place(step->to), at = place(step->who);
		struct sa near =
			place(step->kind == SIGNAL_ELSEWHERE ? OTHER : N1);
		const struct sa *where;
		unsigned heard = 0;

		if (!step->kind && !step->count)
			break;

		if (step->kind == SIGNAL || step->kind == SIGNAL_ELSEWHERE)
			(void)media_source_signal(&s, &at, &near, now_us);
		else if (step->kind == WAIT)
			now_us += step->apart_ms * MS;
		else
			heard = send_packets(&s, step, story->proven, &now_us,
					     &seq);

		where = media_source_destination(&s);
		if (heard != step->heard ||
		    (step->to == NOBODY
			     ? where != NULL
			     : !where || !sa_cmp(where, &to, SA_ALL))) {
			char text[200];

			(void)re_snprintf(text, sizeof(text),
					  "%s: step %zu: %u heard, to %J",
					  story->name, i, heard, where);
			CU_FAIL(text);
			printf("\n%s\n", text);
		}
	}
}


static void stories_end_where_they_should(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(stories); i++)
		play(&stories[i]);
}


/** All even ports of a hundred hosts, before and between a terminal behind a
 *  NAT: nobody hears it but the terminal */
static void spraying_takes_nothing(void)
{
	const struct media_source_packet p = {.ssrc = 99, .seq = 7};
	struct sa signalled = place(P), near = place(N1), src, n1 = near;
	struct media_source s;
	uint64_t now_us = MS;

	for (int any = 0; any < 2; any++) {
		media_source_init(&s, any, NULL, NULL);
		(void)media_source_signal(&s, &signalled, &near, now_us);
		for (uint32_t i = 0; i < 5000; i++) {
			sa_set_in(&src, 0xc6336400 + i % 100,
				  (uint16_t)(1024 + 2 * i));
			now_us += 10;
			CU_ASSERT_FALSE(
				media_source_considers(&s, &src, false,
						       now_us) &&
				media_source_accepts(&s, &src, &p, now_us));
			if (i % 1000 == 999)
				(void)media_source_accepts(&s, &n1, &p,
							   now_us);
		}
		CU_ASSERT_TRUE(
			sa_cmp(media_source_destination(&s), &n1, SA_ALL));
	}
}


static void ipv4_in_ipv6_is_ipv4(void)
{
	static const struct {
		const char *text, *is;
		int af;
	} rows[] = {
		{"::ffff:192.0.2.1", "192.0.2.1", AF_INET},
		{"2001:db8::1", "2001:db8::1", AF_INET6},
		{"::1", "::1", AF_INET6},
		{"192.0.2.1", "192.0.2.1", AF_INET},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct media_source s;
		struct sa sa, is, near, none;

		sa_init(&none, AF_UNSPEC);
		CU_ASSERT_EQUAL(sa_set_str(&sa, rows[i].text, 5004), 0);
		CU_ASSERT_EQUAL(sa_set_str(&is, rows[i].is, 5004), 0);
		near = sa;
		media_source_init(&s, false, NULL, NULL);
		(void)media_source_signal(&s, &sa, &near, 0);
		CU_ASSERT_EQUAL(sa_af(&s.current), rows[i].af);
		CU_ASSERT_TRUE(media_source_is_current(&s, &is));
		sa_set_port(&is, 9);
		CU_ASSERT_TRUE(media_source_considers(&s, &is, false, 0));
	}
}


/** Who sees what somebody sends, and is faster with copies of it: the packets
 *  themselves are then repeats */
static void copies_that_are_faster_take_nothing(void)
{
	struct media_source_packet p = {.proven = true, .ssrc = 1};
	uint64_t now_us = 1000000;
	struct sa signalled, copier, none;
	struct media_source s;

	(void)sa_set_str(&signalled, places[S].host, places[S].port);
	(void)sa_set_str(&copier, places[OTHER].host, places[OTHER].port);
	sa_init(&none, AF_UNSPEC);
	media_source_init(&s, false, NULL, NULL);
	(void)media_source_signal(&s, &signalled, &none, now_us);
	for (p.seq = 1; p.seq < 50; p.seq++) {
		now_us += 20 * MS;
		media_source_heard(&s, &p, now_us);
	}
	/* a pause of the terminal, after which each is copied */
	now_us += 400 * MS;
	for (; p.seq < 200; p.seq++) {
		now_us += 20 * MS;
		(void)media_source_accepts(&s, &copier, &p, now_us);
		media_source_repeated(&s, now_us + 1 * MS);
		CU_ASSERT_TRUE(media_source_is_current(&s, &signalled));
	}
}


/** Who is followed may be repeated by anybody who sees it: the address that
 *  was signalled takes over before it all the same */
static void repeats_hold_off_nobody_who_is_better(void)
{
	struct media_source_packet p = {.ssrc = N1};
	struct sa signalled = place(S), port = place(N1);
	uint64_t now_us = 1000000;
	struct media_source s;

	media_source_init(&s, false, NULL, NULL);
	(void)media_source_signal(&s, &signalled, &signalled, now_us);
	for (p.seq = 1; p.seq < 60; p.seq++) {
		now_us += 20 * MS;
		(void)media_source_accepts(&s, &port, &p, now_us);
	}
	CU_ASSERT_TRUE_FATAL(media_source_is_current(&s, &port));

	p.ssrc = S;
	for (unsigned i = 0; i < MEDIA_SOURCE_BETTER_PACKETS; i++, p.seq++) {
		CU_ASSERT_TRUE(media_source_is_current(&s, &port));
		now_us += 20 * MS;
		media_source_repeated(&s, now_us);
		(void)media_source_accepts(&s, &signalled, &p, now_us);
	}
	CU_ASSERT_TRUE(media_source_is_current(&s, &signalled));
}


static CU_TestInfo tests[] = {
	{"stories end where they should", stories_end_where_they_should},
	{"spraying takes nothing", spraying_takes_nothing},
	{"copies that are faster take nothing",
	 copies_that_are_faster_take_nothing},
	{"repeats hold off nobody who is better",
	 repeats_hold_off_nobody_who_is_better},
	{"IPv4 in IPv6 is IPv4", ipv4_in_ipv6_is_ipv4},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(media_source, tests)
