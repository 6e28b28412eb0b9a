/**
 * @file test_telephone_event.c  Digits told once, whatever the network does
 */
#include <stdio.h>
#include <string.h>
#include "mixer/audio/telephone_event.h"
#include "tests/unit/unit.h"


enum { PACKETS_MAX = 12, SEQ_FIRST = 65530, M = 1, RENEWED = 2 };

/** One packet: event, end, duration, RTP time; at = ms; 'lost' ones are left
 *  out of the table. Numbered as they stand, over the wrap, but for `back` */
struct packet {
	unsigned at_ms;
	uint8_t event;
	bool end;
	uint16_t duration;
	uint32_t timestamp;
	unsigned
		flags; /**< M: marker; RENEWED: of another SSRC from here on */
	int back;      /**< so many numbers before its place: late */
};

static const struct press {
	const char *name, *digits;
	unsigned duration_ms; /**< of the first */
	struct packet packets[PACKETS_MAX];
} presses[] = {
	{"whole",
	 "5",
	 100,
	 {{20, 5, 0, 160, 1000, 0, 0},
	  {40, 5, 0, 320, 1000, 0, 0},
	  {100, 5, 1, 800, 1000, 0, 0},
	  {101, 5, 1, 800, 1000, 0, 0},
	  {102, 5, 1, 800, 1000, 0, 0}}},
	{"only one end packet came",
	 "#",
	 100,
	 {{100, 11, 1, 800, 1000, 0, 0}}},
	{"all ends lost",
	 "1",
	 40,
	 {{20, 1, 0, 160, 1000, 0, 0}, {40, 1, 0, 320, 1000, 0, 0}}},
	{"late update after the end",
	 "9",
	 100,
	 {{100, 9, 1, 800, 1000, 0, 0},
	  {101, 9, 0, 640, 1000, 0, 0},
	  {102, 9, 1, 800, 1000, 0, 0}}},
	{"update after time-out",
	 "9",
	 20,
	 {{20, 9, 0, 160, 1000, 0, 0},
	  {900, 9, 0, 7200, 1000, 0, 0},
	  {950, 9, 1, 7600, 1000, 0, 0}}},
	{"next digit while the end is lost",
	 "12",
	 20,
	 {{20, 1, 0, 160, 1000, 0, 0},
	  {60, 2, 0, 160, 2000, 0, 0},
	  {80, 2, 1, 320, 2000, 0, 0}}},
	{"next digit's end while the end is lost",
	 "12",
	 20,
	 {{20, 1, 0, 160, 1000, 0, 0},
	  {80, 2, 1, 320, 2000, 0, 0},
	  {81, 2, 1, 320, 2000, 0, 0}}},
	{"same digit twice",
	 "77",
	 20,
	 {{20, 7, 1, 160, 1000, 0, 0},
	  {21, 7, 1, 160, 1000, 0, 0},
	  {90, 7, 1, 160, 3000, 0, 0}}},
	{"old digit's packet after the new one",
	 "34",
	 20,
	 {{20, 3, 1, 160, 1000, 0, 0},
	  {50, 4, 0, 160, 2000, 0, 0},
	  {51, 3, 1, 160, 1000, 0, 2},
	  {60, 4, 1, 240, 2000, 0, 0}}},
	{"time wraps",
	 "0*",
	 20,
	 {{20, 0, 1, 160, 0xfffffff0, 0, 0}, {90, 10, 1, 160, 0x200, 0, 0}}},
	{"long press in segments",
	 "8",
	 8191 + 100,
	 {{20, 8, 0, 160, 1000, 0, 0},
	  {100, 8, 0, 0xffff, 1000, 0, 0},
	  {200, 8, 0, 400, 1000 + 0xffff, 0, 0},
	  {300, 8, 1, 800, 1000 + 0xffff, 0, 0},
	  {301, 8, 1, 800, 1000 + 0xffff, 0, 0}}},
	{"events beyond DTMF are not digits",
	 "",
	 0,
	 {{20, 16, 1, 160, 1000, 0, 0}}},
	{"letters",
	 "AD",
	 20,
	 {{20, 12, 1, 160, 1000, 0, 0}, {90, 15, 1, 160, 3000, 0, 0}}},
	{"two digits under one time stamp",
	 "*6",
	 100,
	 {{20, 10, 0, 160, 1000, M, 0},
	  {100, 10, 1, 800, 1000, 0, 0},
	  {101, 10, 1, 800, 1000, 0, 0},
	  {102, 10, 1, 800, 1000, 0, 0},
	  {320, 6, 0, 160, 1000, M, 0},
	  {400, 6, 1, 800, 1000, 0, 0},
	  {401, 6, 1, 800, 1000, 0, 0},
	  {402, 6, 1, 800, 1000, 0, 0}}},
	{"two digits under one time stamp, without markers",
	 "12",
	 100,
	 {{100, 1, 1, 800, 1000, 0, 0},
	  {101, 1, 1, 800, 1000, 0, 0},
	  {320, 2, 0, 160, 1000, 0, 0},
	  {400, 2, 1, 800, 1000, 0, 0}}},
	{"the second begins while the first's ends are lost",
	 "12",
	 20,
	 {{20, 1, 0, 160, 1000, M, 0},
	  {60, 2, 0, 160, 1000, M, 0},
	  {140, 2, 1, 800, 1000, 0, 0},
	  {141, 2, 1, 800, 1000, 0, 0}}},
	{"the same digit twice under one time stamp",
	 "77",
	 100,
	 {{20, 7, 0, 160, 1000, M, 0},
	  {100, 7, 1, 800, 1000, 0, 0},
	  {101, 7, 1, 800, 1000, 0, 0},
	  {320, 7, 0, 160, 1000, M, 0},
	  {400, 7, 1, 800, 1000, 0, 0},
	  {401, 7, 1, 800, 1000, 0, 0}}},
	{"the same digit thrice in packets of their own",
	 "777",
	 100,
	 {{20, 7, 1, 800, 1000, M, 0},
	  {320, 7, 1, 800, 1000, M, 0},
	  {620, 7, 1, 800, 1000, M, 0}}},
	{"the same digit twice, the first's ends lost",
	 "77",
	 60,
	 {{20, 7, 0, 160, 1000, M, 0},
	  {60, 7, 0, 480, 1000, 0, 0},
	  {120, 7, 0, 160, 1000, M, 0},
	  {200, 7, 1, 800, 1000, 0, 0}}},
	{"a marker on every packet",
	 "5",
	 100,
	 {{20, 5, 0, 160, 1000, M, 0},
	  {40, 5, 0, 320, 1000, M, 0},
	  {100, 5, 1, 800, 1000, M, 0},
	  {120, 5, 1, 800, 1000, M, 0},
	  {140, 5, 1, 800, 1000, M, 0}}},
	{"the first packet thrice, one of them late",
	 "5",
	 100,
	 {{20, 5, 0, 160, 1000, M, 0},
	  {21, 5, 0, 160, 1000, M, 0},
	  {100, 5, 1, 800, 1000, 0, 0},
	  {101, 5, 0, 160, 1000, M, 2},
	  {102, 5, 1, 800, 1000, 0, 0}}},
	{"a packet of the first digit after the second began",
	 "12",
	 100,
	 {{100, 1, 1, 800, 1000, 0, 0},
	  {140, 2, 0, 160, 1000, M, 0},
	  {141, 1, 1, 800, 1000, 0, 2},
	  {220, 2, 1, 800, 1000, 0, 0}}},
	{"an earlier time stamp in a later packet",
	 "12",
	 100,
	 {{100, 1, 1, 800, 9000, M, 0}, {320, 2, 1, 800, 1000, M, 0}}},
	{"the sender plays the same again",
	 "*6*6",
	 100,
	 {{100, 10, 1, 800, 1000, M, 0},
	  {300, 6, 1, 800, 1000, M, 0},
	  {1400, 10, 1, 800, 1000, M, 2},
	  {1700, 6, 1, 800, 1000, M, 2}}},
	{"a segment that ends before the longest duration",
	 "8",
	 100 + 100,
	 {{20, 8, 0, 160, 1000, M, 0},
	  {100, 8, 0, 800, 1000, 0, 0},
	  {120, 8, 0, 160, 1800, 0, 0},
	  {200, 8, 1, 800, 1800, 0, 0},
	  {201, 8, 1, 800, 1800, 0, 0}}},
	{"another source, the same time stamp and digit",
	 "44",
	 100,
	 {{20, 4, 0, 160, 1000, M, 0},
	  {100, 4, 1, 800, 1000, 0, 0},
	  {320, 4, 0, 160, 1000, M | RENEWED, 9},
	  {400, 4, 1, 800, 1000, 0, 9}}},
	{"another source with other numbers and times",
	 "45",
	 100,
	 {{20, 4, 0, 160, 9000, M, 0},
	  {100, 4, 1, 800, 9000, 0, 0},
	  {150, 5, 0, 160, 8000, RENEWED, 300},
	  {400, 5, 1, 800, 8000, 0, 300}}},
	{"another source in the midst of a press",
	 "4",
	 160,
	 {{20, 4, 0, 160, 1000, M, 0},
	  {60, 4, 0, 480, 1000, 0, 0},
	  {100, 4, 0, 800, 77000, RENEWED, 300},
	  {160, 4, 1, 1280, 77000, 0, 300},
	  {161, 4, 1, 1280, 77000, 0, 300}}},
	{"another source repeats the end",
	 "4",
	 100,
	 {{20, 4, 0, 160, 1000, M, 0},
	  {100, 4, 1, 800, 1000, 0, 0},
	  {120, 4, 1, 800, 77000, RENEWED, 300}}},
	{"another source, the same key pressed again",
	 "44",
	 60,
	 {{20, 4, 0, 160, 1000, M, 0},
	  {60, 4, 0, 480, 1000, 0, 0},
	  {100, 4, 0, 320, 77000, RENEWED, 300},
	  {160, 4, 1, 800, 77000, 0, 300}}},
};


struct told {
	char digits[16];
	size_t count;
	unsigned first_ms; /**< how long the first was */
};


static void note(struct told *told, char digit, unsigned ms)
{
	if (told->count + 1 < sizeof(told->digits))
		told->digits[told->count++] = digit;
	if (told->count == 1)
		told->first_ms = ms;
}


static bool put(struct telephone_event *t, const struct packet *p,
		size_t index, uint64_t now_us, char *digit, unsigned *ms)
{
	const uint8_t payload[4] = {p->event, (uint8_t)(p->end << 7 | 10),
				    (uint8_t)(p->duration >> 8),
				    (uint8_t)p->duration};
	const struct telephone_event_packet packet = {
		.payload = payload,
		.len = sizeof(payload),
		.seq = (uint16_t)(SEQ_FIRST + (int)index - p->back),
		.timestamp = p->timestamp,
		.marker = p->flags & M,
	};

	if (p->flags & RENEWED)
		telephone_event_renew(t);

	return telephone_event_put(t, &packet, 8000, now_us, digit, ms);
}


static void play(const struct press *press)
{
	struct telephone_event t = {0};
	struct told told = {.count = 0};
	size_t next = 0;
	unsigned length;
	char digit;

	for (unsigned ms = 1; ms < 2000; ms++) {
		uint64_t now = 1000000 + (uint64_t)ms * 1000;
		const struct packet *p = &press->packets[next];

		if (next < PACKETS_MAX && p->at_ms == ms &&
		    put(&t, p, next++, now, &digit, &length))
			note(&told, digit, length);
		if (ms % 20 == 0 &&
		    telephone_event_tick(&t, 8000, now, &digit, &length))
			note(&told, digit, length);
	}
	if (strcmp(told.digits, press->digits) != 0 ||
	    told.first_ms != press->duration_ms)
		fprintf(stderr, "%s: got \"%s\", %u ms\n", press->name,
			told.digits, told.first_ms);
	CU_ASSERT_STRING_EQUAL(told.digits, press->digits);
	CU_ASSERT_EQUAL(told.first_ms, press->duration_ms);
}


static void every_digit_is_told_once(void)
{
	for (size_t i = 0; i < sizeof(presses) / sizeof(presses[0]); i++)
		play(&presses[i]);
}


static void short_packets_are_ignored(void)
{
	struct telephone_event t = {0};
	const uint8_t payload[3] = {1, 0x80, 1};
	char digit;

	for (size_t len = 0; len < 4; len++) {
		const struct telephone_event_packet p = {payload, len, 1, 1,
							 true};

		CU_ASSERT(!telephone_event_put(&t, &p, 8000, 1, &digit, NULL));
	}
	CU_ASSERT(!t.any);
}


static void the_end_of_all_packets_ends_a_press(void)
{
	const uint8_t payload[4] = {5, 10, 1, 0x40};
	const struct telephone_event_packet p = {payload, 4, 1, 1, true};
	struct telephone_event t = {0};
	unsigned ms = 0;
	char digit = 0;

	CU_ASSERT(!telephone_event_end(&t, 8000, &digit, &ms));
	CU_ASSERT(!telephone_event_put(&t, &p, 8000, 1, &digit, &ms));
	CU_ASSERT(telephone_event_end(&t, 8000, &digit, &ms));
	CU_ASSERT_EQUAL(digit, '5');
	CU_ASSERT_EQUAL(ms, 40);
	CU_ASSERT(!telephone_event_end(&t, 8000, &digit, &ms));
}


static CU_TestInfo tests[] = {
	{"every digit is told once", every_digit_is_told_once},
	{"short packets are ignored", short_packets_are_ignored},
	{"the end of all packets ends a press",
	 the_end_of_all_packets_ends_a_press},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(telephone_event, tests)
