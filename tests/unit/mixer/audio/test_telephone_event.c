/**
 * @file test_telephone_event.c  Digits told once, whatever the network does
 */
#include <string.h>
#include "mixer/audio/telephone_event.h"
#include "tests/unit/unit.h"


/** One packet: event, end, duration, RTP time; at = ms; 'lost' ones are left
 *  out of the table */
struct packet {
	unsigned at_ms;
	uint8_t event;
	bool end;
	uint16_t duration;
	uint32_t timestamp;
};

static const struct press {
	const char *name, *digits;
	unsigned duration_ms; /**< of the first */
	struct packet packets[12];
} presses[] = {
	{"whole",
	 "5",
	 100,
	 {{20, 5, 0, 160, 1000},
	  {40, 5, 0, 320, 1000},
	  {100, 5, 1, 800, 1000},
	  {101, 5, 1, 800, 1000},
	  {102, 5, 1, 800, 1000}}},
	{"only one end packet came", "#", 100, {{100, 11, 1, 800, 1000}}},
	{"all ends lost",
	 "1",
	 40,
	 {{20, 1, 0, 160, 1000}, {40, 1, 0, 320, 1000}}},
	{"late update after the end",
	 "9",
	 100,
	 {{100, 9, 1, 800, 1000},
	  {101, 9, 0, 640, 1000},
	  {102, 9, 1, 800, 1000}}},
	{"update after time-out",
	 "9",
	 20,
	 {{20, 9, 0, 160, 1000},
	  {900, 9, 0, 7200, 1000},
	  {950, 9, 1, 7600, 1000}}},
	{"next digit while the end is lost",
	 "12",
	 20,
	 {{20, 1, 0, 160, 1000},
	  {60, 2, 0, 160, 2000},
	  {80, 2, 1, 320, 2000}}},
	{"next digit's end while the end is lost",
	 "12",
	 20,
	 {{20, 1, 0, 160, 1000},
	  {80, 2, 1, 320, 2000},
	  {81, 2, 1, 320, 2000}}},
	{"same digit twice",
	 "77",
	 20,
	 {{20, 7, 1, 160, 1000},
	  {21, 7, 1, 160, 1000},
	  {90, 7, 1, 160, 3000}}},
	{"old digit's packet after the new one",
	 "34",
	 20,
	 {{20, 3, 1, 160, 1000},
	  {50, 4, 0, 160, 2000},
	  {51, 3, 1, 160, 1000},
	  {60, 4, 1, 240, 2000}}},
	{"time wraps",
	 "0*",
	 20,
	 {{20, 0, 1, 160, 0xfffffff0}, {90, 10, 1, 160, 0x200}}},
	{"long press in segments",
	 "8",
	 8191 + 100,
	 {{20, 8, 0, 160, 1000},
	  {100, 8, 0, 0xffff, 1000},
	  {200, 8, 0, 400, 1000 + 0xffff},
	  {300, 8, 1, 800, 1000 + 0xffff},
	  {301, 8, 1, 800, 1000 + 0xffff}}},
	{"events beyond DTMF are not digits", "", 0, {{20, 16, 1, 160, 1000}}},
	{"letters",
	 "AD",
	 20,
	 {{20, 12, 1, 160, 1000}, {90, 15, 1, 160, 3000}}},
};


static void play(const struct press *press)
{
	struct telephone_event t;
	char got[16] = "";
	unsigned duration = 0, first = 0;
	size_t n = 0, next = 0;
	char digit;

	memset(&t, 0, sizeof(t));
	for (unsigned ms = 1; ms < 2000; ms++) {
		uint64_t now = 1000000 + (uint64_t)ms * 1000;
		const struct packet *p = &press->packets[next];

		if (next < 12 && p->at_ms == ms) {
			uint8_t payload[4] = {p->event,
					      (uint8_t)(p->end << 7 | 10),
					      (uint8_t)(p->duration >> 8),
					      (uint8_t)p->duration};

			next++;
			if (telephone_event_put(&t, payload, 4, p->timestamp,
						8000, now, &digit,
						&duration) &&
			    n < 15) {
				got[n++] = digit;
				first = n == 1 ? duration : first;
			}
		}
		if (ms % 20 == 0 &&
		    telephone_event_tick(&t, 8000, now, &digit, &duration) &&
		    n < 15) {
			got[n++] = digit;
			first = n == 1 ? duration : first;
		}
	}
	CU_ASSERT_STRING_EQUAL(got, press->digits);
	CU_ASSERT(first == press->duration_ms);
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

	for (size_t len = 0; len < 4; len++)
		CU_ASSERT(!telephone_event_put(&t, payload, len, 1, 8000, 1,
					       &digit, NULL));
	CU_ASSERT(!t.any);
}


static CU_TestInfo tests[] = {
	{"every digit is told once", every_digit_is_told_once},
	{"short packets are ignored", short_packets_are_ignored},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(telephone_event, tests)
