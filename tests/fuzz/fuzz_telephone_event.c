/**
 * @file fuzz_telephone_event.c  Sequences of RFC 4733 packets
 *
 * Records of 8 bytes: time step (20 ms units; top bit: a tick), length (low
 * three bits) and sequence step, timestamp step (signed), flags (clock, size
 * of the step, marker, another source, end), payload.
 */
#include <stdlib.h>
#include <string.h>
#include "mixer/audio/telephone_event.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void check(bool told, char digit)
{
	if (told && (!digit || !strchr("0123456789*#ABCD", digit)))
		abort();
}


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct telephone_event t;
	uint32_t timestamp = 0xffffff00;
	uint64_t now_us = 1000000;
	uint16_t seq = 0xfff0;

	memset(&t, 0, sizeof(t));
	for (; size >= 8; data += 8, size -= 8) {
		uint32_t clock_hz = data[3] & 1 ? 48000 : 8000;
		struct telephone_event_packet p = {
			.payload = data + 4,
			.len = data[1] % 8 % 5,
			.marker = data[3] & 4,
		};
		unsigned duration = 0;
		char digit = 0;
		bool told;

		now_us += (uint64_t)(data[0] & 0x7f) * 20000;
		timestamp += (uint32_t)((int8_t)data[2] *
					(data[3] & 2 ? 65535 : 80));
		seq = (uint16_t)(seq + (int8_t)data[1] / 8);
		p.seq = seq;
		p.timestamp = timestamp;
		if (data[3] & 8)
			telephone_event_renew(&t);
		if (data[3] & 16)
			told = telephone_event_end(&t, clock_hz, &digit,
						   &duration);
		else if (data[0] & 0x80)
			told = telephone_event_tick(&t, clock_hz, now_us,
						    &digit, &duration);
		else
			told = telephone_event_put(&t, &p, clock_hz, now_us,
						   &digit, &duration);
		check(told, digit);
	}

	return 0;
}
