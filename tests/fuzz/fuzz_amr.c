/**
 * @file fuzz_amr.c  RFC 4867 payloads of any bytes, both codecs and formats
 *
 * First byte: bit 0 wideband, bit 1 octet-aligned, bit 2 decode it too.
 */
#include <stdlib.h>
#include <string.h>
#include "mixer/audio/amr_payload.h"
#include "mixer/audio/codec.h"
#include "mixer/base/re.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void decode(bool wide, bool octets, const uint8_t *payload, size_t len)
{
	struct audio_codec codec = {.id = wide ? AUDIO_AMR_WB : AUDIO_AMR,
				    .clock_hz = wide ? 16000 : 8000,
				    .rate_hz = wide ? 16000 : 8000,
				    .octet_align = octets};
	static struct audio_decoder *decoders[2][2];
	static int16_t pcm[AUDIO_PACKET_MAX_SAMPLES];
	struct audio_decoder **d = &decoders[wide][octets];
	size_t samples;
	uint8_t cmr;

	if (!*d && audio_decoder_alloc(d, &codec))
		abort();

	if (audio_decoder_decode(*d, payload, len, pcm, &samples, &cmr))
		(void)audio_decoder_conceal(*d, NULL, 0, pcm, 160);
	else if (!samples || samples > AUDIO_PACKET_MAX_SAMPLES || cmr > 15)
		abort();
}


/** What was read is written again as the same bytes, but for spare bits */
static void write_back(const struct amr_payload *p,
		       const struct amr_format *format, size_t len)
{
	uint8_t buf[512];
	struct amr_payload again;
	size_t n = amr_payload_encode(p, format, buf, sizeof(buf));

	if (n != len || amr_payload_decode(&again, format, buf, n) ||
	    again.count != p->count || again.cmr != p->cmr)
		abort();
	for (size_t i = 0; i < p->count; i++) {
		if (memcmp(again.frames[i].speech, p->frames[i].speech,
			   AMR_SPEECH_MAX))
			abort();
	}
}


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct amr_format format;
	struct amr_payload p;

	if (size < 1)
		return 0;

	format.wideband = data[0] & 1;
	format.octet_align = data[0] & 2;
	if (!amr_payload_decode(&p, &format, data + 1, size - 1))
		write_back(&p, &format, size - 1);
	if (data[0] & 4)
		decode(format.wideband, format.octet_align, data + 1,
		       size - 1);

	return 0;
}
