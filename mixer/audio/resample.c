/**
 * @file mixer/audio/resample.c  speexdsp behind our types
 */
#include <errno.h>
#include <string.h>
#include <speex/speex_resampler.h>
#include "mixer/audio/resample.h"
#include "mixer/base/re.h"


enum { QUALITY = 3 };

struct resample {
	SpeexResamplerState *speex;
	uint32_t from_hz, to_hz;
};


static void resample_destructor(void *arg)
{
	struct resample *r = arg;

	if (r->speex)
		speex_resampler_destroy(r->speex);
}


int resample_alloc(struct resample **rp, uint32_t from_hz, uint32_t to_hz)
{
	struct resample *r;
	int error;

	if (!rp || !from_hz || !to_hz)
		return EINVAL;

	r = mem_zalloc(sizeof(*r), resample_destructor);
	if (!r)
		return ENOMEM;

	r->from_hz = from_hz;
	r->to_hz = to_hz;
	r->speex = speex_resampler_init(1, from_hz, to_hz, QUALITY, &error);
	if (!r->speex) {
		mem_deref(r);
		return ENOMEM;
	}

	*rp = r;

	return 0;
}


size_t resample_run(struct resample *r, const int16_t *in, size_t samples,
		    int16_t *out)
{
	size_t wanted = samples * r->to_hz / r->from_hz;
	spx_uint32_t n = (spx_uint32_t)samples;
	spx_uint32_t got = (spx_uint32_t)wanted;

	speex_resampler_process_int(r->speex, 0, in, &n, out, &got);
	if (got < wanted)
		memset(out + got, 0, (wanted - got) * sizeof(*out));

	return wanted;
}


void resample_reset(struct resample *r)
{
	if (r)
		speex_resampler_reset_mem(r->speex);
}
