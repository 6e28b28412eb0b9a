/**
 * @file mixer/prompt/main.c  parley-prompts: what was spoken becomes prompts
 *
 * A program of the build: polishes every NAME.wav of a folder, makes the
 * tones, and writes all that as a pack for parley-mixer and, to be listened
 * to, as files beside it. conf/announcements/README.md is the recipe.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/prompt/loudness.h"
#include "mixer/prompt/prompt.h"
#include "mixer/prompt/tone.h"
#include "mixer/prompt/wav.h"


enum { PATH_BYTES = 1024 };

struct packing {
	const char *in, *out; /**< folders */
	struct prompt prompts[PACK_PROMPTS_MAX];
	size_t count;
};


static int complain(const char *path, const char *why)
{
	fprintf(stderr, "parley-prompts: %s: %s\n", path, why);

	return EIO;
}


static int write_file(const char *path, const void *head, size_t head_bytes,
		      const void *body, size_t bytes)
{
	FILE *f = fopen(path, "wb");
	bool good = f && fwrite(head, 1, head_bytes, f) == head_bytes &&
		    fwrite(body, 1, bytes, f) == bytes;

	if (f && fclose(f))
		good = false;

	return good ? 0 : complain(path, strerror(errno));
}


/* Samples at PROMPT_RATE_HZ as a prompt, and as a file to listen to */
static int add(struct packing *p, const char *name, const int16_t *pcm,
	       size_t samples)
{
	struct prompt *prompt = &p->prompts[p->count];
	uint8_t header[WAV_HEADER_BYTES], *g722;
	char path[PATH_BYTES];
	int err;

	if (p->count == PACK_PROMPTS_MAX || !prompt_name_is_good(name))
		return complain(name, "too many, or no good name");

	err = prompt_encode(&g722, pcm, samples);
	if (err)
		return complain(name, strerror(err));

	(void)snprintf(prompt->name, sizeof(prompt->name), "%s", name);
	prompt->g722 = g722;
	prompt->bytes = (samples + 1) / 2;
	p->count++;

	wav_header(header, samples);
	(void)snprintf(path, sizeof(path), "%s/%s.wav", p->out, name);

	return write_file(path, header, sizeof(header), pcm, 2 * samples);
}


static int add_file(struct packing *p, const char *file)
{
	static uint8_t bytes[WAV_BYTES_MAX];
	char path[PATH_BYTES], name[PROMPT_NAME_BYTES + 8];
	const char *why;
	struct wav wav;
	int16_t *pcm, *polished;
	size_t n = 0, samples;
	FILE *f;
	int err;

	(void)snprintf(path, sizeof(path), "%s/%s", p->in, file);
	(void)snprintf(name, sizeof(name), "%s", file);
	name[strcspn(name, ".")] = '\0';

	f = fopen(path, "rb");
	if (f) {
		n = fread(bytes, 1, sizeof(bytes), f);
		(void)fclose(f);
	}
	if (wav_parse(&wav, bytes, n, &why))
		return complain(path, why);

	err = wav_decode(&pcm, &samples, &wav);
	if (err)
		return complain(path, strerror(err));

	polished = prompt_polish(pcm, &samples);
	err = add(p, name, polished, samples);
	mem_deref(pcm);

	return err;
}


static int is_wav(const struct dirent *e)
{
	const char *dot = strchr(e->d_name, '.');

	return dot && dot != e->d_name && !strcmp(dot, ".wav");
}


static int add_folder(struct packing *p)
{
	struct dirent **files;
	int n = scandir(p->in, &files, is_wav, alphasort), err = 0;

	if (n < 0)
		return complain(p->in, strerror(errno));

	for (int i = 0; i < n; i++) {
		if (!err)
			err = add_file(p, files[i]->d_name);
		free(files[i]);
	}
	free(files);

	return err;
}


static int add_tones(struct packing *p)
{
	static int16_t pcm[TONE_SAMPLES];
	int err = 0;

	for (size_t i = 0; i < TONES && !err; i++) {
		tone_make(pcm, i);
		err = add(p, tone_names[i], pcm, TONE_SAMPLES);
	}

	return err;
}


int main(int argc, char *argv[])
{
	static struct packing p;
	uint8_t *pack = NULL;
	size_t bytes = 0;
	int err;

	if (argc != 4) {
		fprintf(stderr, "usage: parley-prompts FOLDER-OF-WAV "
				"FOLDER-FOR-WAV PACK\n");
		return EXIT_FAILURE;
	}

	p.in = argv[1];
	p.out = argv[2];
	err = add_folder(&p);
	if (!err)
		err = add_tones(&p);
	if (!err)
		err = pack_write(&pack, &bytes, p.prompts, p.count);
	if (!err)
		err = write_file(argv[3], "", 0, pack, bytes);

	mem_deref(pack);
	for (size_t i = 0; i < p.count; i++)
		mem_deref((void *)p.prompts[i].g722);

	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
