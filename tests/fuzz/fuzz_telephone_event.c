/**
 * @file fuzz_telephone_event.c  Sequences of RFC 4733 packets
 *
 * Records of 8 bytes: time step (20 ms units; top bit: a tick), length,
 * timestamp step (signed), clock choice, payload.
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

	memset(&t, 0, sizeof(t));
	for (; size >= 8; data += 8, size -= 8) {
		uint32_t clock_hz = data[3] & 1 ? 48000 : 8000;
		unsigned duration = 0;
		char digit = 0;
		bool told;

		now_us += (uint64_t)(data[0] & 0x7f) * 20000;
		timestamp += (uint32_t)((int8_t)data[2] *
					(data[3] & 2 ? 65535 : 80));
		if (data[0] & 0x80)
			told = telephone_event_tick(&t, clock_hz, now_us,
						    &digit, &duration);
		else
			told = telephone_event_put(&t, data + 4, data[1] % 5,
						   timestamp, clock_hz, now_us,
						   &digit, &duration);
		check(told, digit);
	}

	return 0;
}
