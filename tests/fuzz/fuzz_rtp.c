/**
 * @file fuzz_rtp.c  RTP header, extensions, RTX
 */
#include <stdlib.h>
#include <string.h>
#include "mixer/net/sent_history.h"
#include "mixer/net/rtp.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rtp_packet p;
	volatile uint8_t sink = 0;
	uint8_t *copy, out[2048], dbov;
	bool voice;

	if (!rtp_packet_decode(&p, data, size)) {
		for (unsigned id = 0; id < 256; id++) {
			size_t n;
			const uint8_t *x = rtp_extension(&p, (uint8_t)id, &n);

			for (size_t i = 0; x && i < n; i++)
				sink = sink ^ x[i];
		}
		rtp_audio_level(&p, 1, &dbov, &voice);
		for (size_t i = 0; i < p.payload_bytes; i++)
			sink = sink ^ p.payload[i];
	}

	rtx_encode(out, sizeof(out), data, size, 97, 1, 2);
	copy = malloc(size ? size : 1);
	if (size)
		memcpy(copy, data, size);
	rtx_decode(copy, size, 96, 7);
	free(copy);

	return 0;
}
