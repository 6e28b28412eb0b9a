/**
 * @file mixer/mix/echo.c  What somebody says, to be heard again
 */
#include <errno.h>
#include <math.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/mix/echo.h"


enum { TICKS = ECHO_MS / AUDIO_TICK_MS };

#define SILENT_DB 127.0f

/* Of the loudest tick, forgotten each tick: 2 dB a second */
#define FORGOTTEN_DB 0.04f

struct echo {
	int16_t ticks[TICKS][AUDIO_TICK_SAMPLES];
	size_t next;
	float level_db; /* below full scale */
};


int echo_alloc(struct echo **ep)
{
	*ep = mem_zalloc(sizeof(**ep), NULL);
	if (!*ep)
		return ENOMEM;

	(*ep)->level_db = SILENT_DB;

	return 0;
}


static float loudness(const int16_t *pcm)
{
	float energy = 0;

	for (size_t i = 0; i < AUDIO_TICK_SAMPLES; i++)
		energy += (float)pcm[i] * (float)pcm[i];

	return energy > 0 ? -10 * log10f(energy / AUDIO_TICK_SAMPLES /
					 32768.0f / 32768.0f)
			  : SILENT_DB;
}


void echo_run(struct echo *e, const int16_t *in, int16_t *out)
{
	int16_t *now = e->ticks[e->next];

	memcpy(out, now, sizeof(e->ticks[0]));
	if (in)
		memcpy(now, in, sizeof(e->ticks[0]));
	else
		memset(now, 0, sizeof(e->ticks[0]));
	e->next = (e->next + 1) % TICKS;
	e->level_db = fminf(e->level_db + FORGOTTEN_DB, SILENT_DB);
	if (in)
		e->level_db = fminf(e->level_db, loudness(in));
}


uint8_t echo_level(const struct echo *e)
{
	return (uint8_t)lrintf(fmaxf(e->level_db, 0));
}
