/**
 * @file test_offer_world.c  A far end and a mixer for the offer tests
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/unit/signaling/world/offer_world.h"
#include "tests/unit/unit.h"


struct offer *offer_world_make(bool sdes)
{
	struct offer_config config;
	struct offer *o = NULL;

	memset(&config, 0, sizeof(config));
	sa_set_str(&config.address, "198.51.100.1", 0);
	config.sdes_allowed = sdes;
	config.video_width = 1280;
	config.video_height = 720;
	config.video_fps = 25;
	CU_ASSERT_EQUAL_FATAL(offer_alloc(&o, &config), 0);
	return o;
}


char *offer_world_load(const char *name)
{
	char path[256];
	char *text = calloc(1, 65536);
	FILE *f;

	snprintf(path, sizeof(path), "tests/unit/signaling/sdp/%s", name);
	f = fopen(path, "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	CU_ASSERT_TRUE(fread(text, 1, 65535, f) > 0);
	fclose(f);
	return text;
}


static json_t *mixer_json(const json_t *leg)
{
	json_t *transports = json_array(), *media = json_array();
	size_t i;
	json_t *t;

	json_array_foreach (json_object_get(leg, "transports"), i, t) {
		const char *kind =
			json_string_value(json_object_get(t, "kind"));

		if (!strcmp(kind, "webrtc"))
			json_array_append_new(
				transports,
				json_pack("{s:s,s:{s:s,s:s},s:{s:s,s:s},"
					  "s:[{s:s,s:i,s:i}]}",
					  "kind", kind, "ice", "ufrag", "UUUU",
					  "pwd", "PPPPPPPPPPPPPPPPPPPPPPPP",
					  "fingerprint", "hash", "sha-256",
					  "value", "AA:BB", "candidates",
					  "address", "203.0.113.5", "port",
					  10000, "priority", 2130706431));
		else if (!strcmp(kind, "relay"))
			json_array_append_new(
				transports,
				json_pack(
					"{s:s,s:{s:s,s:s},s:[{s:s,s:i,s:i}]}",
					"kind", kind, "ice", "ufrag", "RRRR",
					"pwd", "QQQQQQQQQQQQQQQQQQQQQQQQ",
					"candidates", "address", "203.0.113.5",
					"port", 10000, "priority",
					2130706431));
		else if (json_object_get(t, "dtls"))
			json_array_append_new(
				transports,
				json_pack("{s:s,s:s,s:i,s:i,s:{s:s,s:s}}",
					  "kind", kind, "address",
					  "203.0.113.5", "port",
					  20000 + 2 * (int)i, "rtcp_port",
					  20001 + 2 * (int)i, "fingerprint",
					  "hash", "sha-256", "value",
					  "AA:BB"));
		else
			json_array_append_new(
				transports,
				json_pack("{s:s,s:s,s:i,s:i,s:{s:s}}", "kind",
					  kind, "address", "203.0.113.5",
					  "port", 20000 + 2 * (int)i,
					  "rtcp_port", 20001 + 2 * (int)i,
					  "sdes", "local_key", "T1VSS0VZ"));
	}
	for (i = 0; i < json_array_size(json_object_get(leg, "media")); i++)
		json_array_append_new(media,
				      json_pack("{s:i,s:i,s:s}", "ssrc",
						1000 + (int)i, "rtx_ssrc",
						2000 + (int)i, "cname", "cn"));
	return json_pack("{s:o,s:o}", "transports", transports, "media",
			 media);
}


struct leg_local *offer_world_mixer(const struct leg_description *leg)
{
	json_t *theirs = json_object(), *ours;
	char why[DESCRIPTION_WHY_BYTES];
	struct leg_local *local = NULL;

	CU_ASSERT_EQUAL(leg_description_write(leg, theirs), 0);
	ours = mixer_json(theirs);
	CU_ASSERT_EQUAL_FATAL(leg_local_read(&local, ours, why), 0);
	json_decref(theirs);
	json_decref(ours);
	return local;
}


char *offer_world_describe(const struct leg_description *leg)
{
	json_t *o = json_object();
	char *text;

	CU_ASSERT_EQUAL(leg_description_write(leg, o), 0);
	text = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(o);
	return text;
}


char *offer_world_text(struct mbuf *mb)
{
	char *text = calloc(1, mb->end + 1);

	memcpy(text, mb->buf, mb->end);
	mem_deref(mb);
	return text;
}


enum reason offer_world_exchange(struct offer *o, const char *sdp,
				 char **leg_text, char **answer)
{
	struct leg_description *leg = NULL;
	struct leg_local *local;
	struct mbuf *mb = NULL;
	enum reason reason = offer_remote(o, sdp, strlen(sdp), &leg);

	*leg_text = *answer = NULL;
	if (reason != REASON_NONE)
		return reason;
	local = offer_world_mixer(leg);
	CU_ASSERT_EQUAL_FATAL(offer_answer(o, local, &mb), 0);
	*leg_text = offer_world_describe(leg);
	*answer = offer_world_text(mb);
	mem_deref(local);
	mem_deref(leg);
	return reason;
}


bool offer_world_check(const char *where, const char *text, const char *row)
{
	bool wanted = row[0] != '!';
	bool there = strstr(text, wanted ? row : row + 1) != NULL;

	if (there != wanted)
		printf("\n%s: %s %s in\n%s\n", where,
		       wanted ? "missing" : "unwanted", row, text);
	return there == wanted;
}

void offer_world_version(const char *sdp, char id[32], char version[32])
{
	id[0] = version[0] = '\0';
	CU_ASSERT_EQUAL(
		sscanf(strstr(sdp, "o=-") + 4, "%31s %31s", id, version), 2);
}
