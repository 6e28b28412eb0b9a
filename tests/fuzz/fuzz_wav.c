/**
 * @file fuzz_wav.c  Recorded words in files
 */
#include "mixer/base/re.h"
#include "mixer/prompt/wav.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *why = NULL;
	volatile int sink = 0;
	size_t samples = 0;
	int16_t *pcm;
	struct wav w;

	if (wav_parse(&w, data, size, &why)) {
		sink = why[0];
		return 0;
	}

	if (!wav_decode(&pcm, &samples, &w)) {
		for (size_t i = 0; i < samples; i++)
			sink = sink ^ pcm[i];
		mem_deref(pcm);
	}

	return 0;
}
