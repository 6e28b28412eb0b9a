/**
 * @file mixer/server/requests_announce.c  What is to be said, and to whom
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/mix/mix.h"
#include "mixer/server/mixer.h"
#include "mixer/server/server_private.h"
#include "mixer/voice/voices.h"


static int get_language(struct request *r, enum voice_language *language)
{
	char code[8] = "en";
	int err = description_string(r->msg, "language", code, sizeof(code),
				     r->why);

	*language = voice_language_by_code(code);
	if (!err && *language == VOICE_LANGUAGES)
		err = request_fail(r, EINVAL, "language: unknown");

	return err;
}


static int get_words(struct request *r, struct announcement_words *words)
{
	const json_t *say = json_object_get(r->msg, "say"), *name;
	enum voice_language language;
	int64_t number = 0;
	int err;
	size_t i;

	memset(words, 0, sizeof(*words));
	err = get_language(r, &language);
	if (!err)
		err = description_number(r->msg, "number", 0, UINT32_MAX,
					 &number, r->why);
	if (err)
		return err;

	words->number = (uint32_t)number;
	if (!json_is_array(say) ||
	    json_array_size(say) > ANNOUNCEMENT_PROMPTS_MAX)
		return request_fail(r, EINVAL, "say: not a list of few");

	json_array_foreach (say, i, name) {
		const char *text = json_string_value(name);

		words->prompts[i] = voices_find(r->mixer->voices, language,
						text ? text : "");
		if (!words->prompts[i])
			return request_fail(r, EINVAL, "say: unknown name");
	}
	words->count = i;

	return 0;
}


int request_leg_announce(struct request *r)
{
	struct announcement_words words;
	struct leg *leg;
	int err = request_leg(r, &leg);

	if (!err)
		err = get_words(r, &words);

	return err ? err : mix_announce(leg, &words);
}


int request_mix_announce(struct request *r)
{
	struct announcement_words words;
	struct mix *mix;
	int err = request_mix(r, &mix);

	if (!err)
		err = get_words(r, &words);

	return err ? err : mix_announce_all(mix, &words);
}
