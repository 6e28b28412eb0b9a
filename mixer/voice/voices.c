/**
 * @file mixer/voice/voices.c  What the mixer can say, in which languages
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "mixer/base/log.h"
#include "mixer/base/re.h"
#include "mixer/prompt/wav.h"
#include "mixer/voice/voices.h"


enum { PATH_BYTES = 4096 };

/* PARLEY_ANNOUNCEMENTS: the folder that the build packed them into */
#define SPOKEN(language)                                                      \
	extern const unsigned char voice_##language[],                        \
		voice_##language##_end[];                                     \
	__asm__(".pushsection .rodata\n"                                      \
		".global voice_" #language "\n"                               \
		"voice_" #language ":\n"                                      \
		".incbin \"" PARLEY_ANNOUNCEMENTS "/" #language ".pack\"\n"   \
		".global voice_" #language "_end\n"                           \
		"voice_" #language "_end:\n"                                  \
		".popsection\n")

SPOKEN(en);
SPOKEN(de);

static const struct {
	const char *code;
	const unsigned char *pack, *end;
} spoken[VOICE_LANGUAGES] = {
	[VOICE_ENGLISH] = {"en", voice_en, voice_en_end},
	[VOICE_GERMAN] = {"de", voice_de, voice_de_end},
};

struct voices {
	struct {
		struct prompt prompts[PACK_PROMPTS_MAX];
		uint8_t *files[PACK_PROMPTS_MAX]; /* NULL: as it was spoken */
		size_t count;
	} languages[VOICE_LANGUAGES];
};


enum voice_language voice_language_by_code(const char *code)
{
	int i = 0;

	while (i < VOICE_LANGUAGES && strcmp(spoken[i].code, code) != 0)
		i++;

	return (enum voice_language)i;
}


static void voices_destructor(void *arg)
{
	struct voices *v = arg;

	for (size_t i = 0; i < VOICE_LANGUAGES; i++) {
		for (size_t n = 0; n < v->languages[i].count; n++)
			mem_deref(v->languages[i].files[n]);
	}
}


/* Of at most WAV_BYTES_MAX. @return 0 or errno; ENOENT: there is none */
static int read_file(uint8_t **filep, size_t *bytes, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	uint8_t *file;
	int err = 0;

	if (fd < 0)
		return errno;

	if (fstat(fd, &st))
		err = errno;
	else if (!S_ISREG(st.st_mode))
		err = EINVAL;
	else if (st.st_size > WAV_BYTES_MAX)
		err = EFBIG;
	file = err ? NULL : mem_alloc((size_t)st.st_size + 1, NULL);
	if (!err && !file)
		err = ENOMEM;

	*bytes = 0;
	while (!err && *bytes < (size_t)st.st_size) {
		ssize_t n =
			read(fd, file + *bytes, (size_t)st.st_size - *bytes);

		if (n < 0)
			err = errno;
		if (n <= 0)
			break;
		*bytes += (size_t)n;
	}
	close(fd);
	if (err)
		mem_deref(file);
	else
		*filep = file;

	return err;
}


static int decode(uint8_t **g722p, size_t *bytes, const uint8_t *file,
		  size_t size, const char **why)
{
	size_t samples = 0;
	int16_t *pcm = NULL;
	struct wav wav;
	int err = wav_parse(&wav, file, size, why);

	if (err)
		return err;

	err = wav_decode(&pcm, &samples, &wav);
	if (!err)
		err = prompt_encode(g722p, pcm, samples);
	*bytes = (samples + 1) / 2;
	*why = err ? strerror(err) : "";
	mem_deref(pcm);

	return err;
}


/* Said instead of the prompt that was built in, if there is such a file */
static void replace(struct prompt *p, uint8_t **kept, const char *folder,
		    const char *code)
{
	uint8_t *file = NULL, *g722 = NULL;
	char path[PATH_BYTES], shown[PATH_BYTES];
	size_t size = 0, bytes = 0;
	const char *why = "";
	int err;

	if (snprintf(path, sizeof(path), "%s/%s/%s.wav", folder, code,
		     p->name) >= (int)sizeof(path))
		return;

	err = read_file(&file, &size, path);
	if (err == ENOENT)
		return;

	if (err)
		why = strerror(err);
	else
		err = decode(&g722, &bytes, file, size, &why);
	mem_deref(file);
	if (err) {
		log_warn("voices", "announcement file=%s left_out=\"%s\"",
			 log_escape(shown, sizeof(shown), path, strlen(path)),
			 why);
		return;
	}

	*kept = g722;
	p->g722 = g722;
	p->bytes = bytes;
}


int voices_alloc(struct voices **vp, const char *folder)
{
	struct voices *v = mem_zalloc(sizeof(*v), voices_destructor);
	unsigned replaced = 0;
	int err = 0;

	if (!v)
		return ENOMEM;

	for (size_t i = 0; i < VOICE_LANGUAGES && !err; i++) {
		struct prompt *prompts = v->languages[i].prompts;
		uint8_t **files = v->languages[i].files;
		size_t count = 0;

		err = pack_read(prompts, &count, spoken[i].pack,
				(size_t)(spoken[i].end - spoken[i].pack));
		if (!err)
			v->languages[i].count = count;
		for (size_t n = 0; folder && n < count && !err; n++) {
			replace(&prompts[n], &files[n], folder,
				spoken[i].code);
			replaced += files[n] != NULL;
		}
	}
	if (folder && !err)
		log_info("voices", "announcements replaced=%u", replaced);

	if (err)
		mem_deref(v);
	else
		*vp = v;

	return err;
}


const struct prompt *voices_find(const struct voices *v,
				 enum voice_language language,
				 const char *name)
{
	const struct prompt *prompts = v->languages[language].prompts;

	for (size_t i = 0; i < v->languages[language].count; i++) {
		if (!strcmp(prompts[i].name, name))
			return &prompts[i];
	}

	return NULL;
}


bool voice_is_of_being_alone(const struct prompt *prompt)
{
	return !strcmp(prompt->name, "first") ||
	       !strcmp(prompt->name, "alone");
}
