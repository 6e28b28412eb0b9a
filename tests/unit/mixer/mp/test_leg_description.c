/**
 * @file test_leg_description.c  A leg as C types and as JSON, and back
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/mp/leg_description.h"
#include "tests/unit/unit.h"


static json_t *load(const char *text)
{
	char json[2048];
	json_t *msg;

	snprintf(json, sizeof(json), "%s", text);
	for (char *c = json; *c; c++)
		*c = *c == '\'' ? '"' : *c;

	msg = json_loads(json, 0, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(msg);

	return msg;
}


static int parse(const char *text, struct leg_description **d, char *why)
{
	json_t *msg = load(text);
	int err = leg_description_read(d, msg, why);

	json_decref(msg);

	return err;
}


static const char every_member[] =
	"{'transports':[{'kind':'webrtc','ice':{'ufrag':'abcd',"
	"'pwd':'0123456789012345678901'},'dtls':{'role':"
	"'client','fingerprints':[{'hash':'sha-256','value':"
	"'AB:CD'}]}},{'kind':'plain','remote':'192.0.2.1:5004',"
	"'remote_rtcp':'192.0.2.1:5005','near':'192.0.2.9',"
	"'sdes':{'suite':'AES_CM_128_HMAC_SHA1_80',"
	"'remote_key':'abc='}},{'kind':'relay','relay':4294967295,"
	"'ice':{'ufrag':'efgh','pwd':'1123456789012345678901'},"
	"'sound':[0,111],'picture':[96,97,127],'kbps':8000}],"
	"'media':[{'kind':'audio','transport':0,'mid':'0',"
	"'send':true,'recv':true,'codecs':[{'name':'opus',"
	"'pt':111,'clock':48000,'fec':true,'dtx':true,"
	"'max_bitrate':32000},{'name':'AMR-WB','pt':97,"
	"'octet_align':true,'mode_set':[0,8],"
	"'mode_change_period':2}],'events':[{'pt':126,"
	"'clock':48000}],'cn_pt':13,'extensions':{"
	"'audio_level':1,'mid':4,'abs_send_time':3},"
	"'ptime':45,'ssrcs':[4294967295]},"
	"{'kind':'video','transport':1,'recv':true,'codecs':"
	"[{'name':'H264','pt':102,'packetization_mode':1,"
	"'profile_level_id':'42e01f'}],'rtx':[{'pt':103,"
	"'apt':102}],'extensions':{'colour_space':8},'feedback':{'nack':true,'"
	"pli':true},"
	"'kbps':900,'width':640,'height':360,'fps':15},"
	"{'kind':'audio','off':true}]}";


static void reads_every_member(void)
{
	struct leg_description *d = NULL;
	char why[DESCRIPTION_WHY_BYTES] = "";
	const struct media_description *m;

	CU_ASSERT_EQUAL_FATAL(parse(every_member, &d, why), 0);

	CU_ASSERT_EQUAL(d->transport_count, 3);
	CU_ASSERT_TRUE(d->transports[0].known);
	CU_ASSERT_EQUAL(d->transports[0].dtls_role, MP_DTLS_CLIENT);
	CU_ASSERT_EQUAL(d->transports[0].fingerprint_count, 1);
	CU_ASSERT_TRUE(d->transports[1].known);
	CU_ASSERT_EQUAL(sa_port(&d->transports[1].rtcp), 5005);
	CU_ASSERT_TRUE(sa_isset(&d->transports[1].near, SA_ADDR));
	CU_ASSERT_EQUAL(d->transports[2].kind, MP_RELAY);
	CU_ASSERT_TRUE(d->transports[2].known);
	CU_ASSERT_EQUAL(d->transports[2].relay, UINT32_MAX);
	CU_ASSERT_EQUAL(d->transports[2].sound_count, 2);
	CU_ASSERT_EQUAL(d->transports[2].sound[1], 111);
	CU_ASSERT_EQUAL(d->transports[2].picture_count, 3);
	CU_ASSERT_EQUAL(d->transports[2].picture[2], 127);
	CU_ASSERT_EQUAL(d->transports[2].kbps, 8000);
	CU_ASSERT_EQUAL(d->media_count, 3);
	CU_ASSERT_TRUE(d->media[2].off);

	m = &d->media[0];
	CU_ASSERT_EQUAL(m->codecs[0].clock_hz, 48000);
	CU_ASSERT_EQUAL(m->ptime_ms, 45);
	CU_ASSERT_EQUAL(m->codecs[0].max_bitrate, 32000);
	CU_ASSERT_TRUE(m->codecs[0].fec && m->codecs[0].dtx);
	CU_ASSERT_EQUAL(m->codecs[1].mode_set, 0x101);
	CU_ASSERT_EQUAL(m->codecs[1].mode_change_period, 2);
	CU_ASSERT_EQUAL(m->cn_pt, 13);
	CU_ASSERT_EQUAL(m->audio_level_id, 1);
	CU_ASSERT_EQUAL(m->ssrcs[0], 4294967295u);
	CU_ASSERT_EQUAL(m->events[0].clock_hz, 48000);

	m = &d->media[1];
	CU_ASSERT_FALSE(m->send);
	CU_ASSERT_STRING_EQUAL(m->codecs[0].profile_level_id, "42e01f");
	CU_ASSERT_EQUAL(m->rtx[0].apt, 102);
	CU_ASSERT_EQUAL(m->colour_space_id, 8);
	CU_ASSERT_TRUE(m->nack && m->pli && !m->fir && !m->remb);
	CU_ASSERT_EQUAL(m->kbps, 900);
	mem_deref(d);
}


#define PLAIN    "'transports':[{'kind':'plain'}]"
#define AUDIO(x) "{" PLAIN ",'media':[{'kind':'audio'," x "}]}"
#define PCMU     "'codecs':[{'name':'PCMU','pt':0}]"
#define RELAY(x) "{'transports':[{'kind':'relay'," x "}],'media':[]}"


static void refuses_with_a_reason(void)
{
	static const char *const bad[] = {
		"{}",
		"{'transports':{},'media':[]}",
		"{'transports':[{}],'media':[]}",
		"{'transports':[7],'media':[]}",
		"{'transports':[{'kind':'smoke'}],'media':[]}",
		"{'transports':[{'kind':'webrtc','ice':{'ufrag':'a',"
		"'pwd':'b'},'dtls':{'role':'client'}}],'media':[]}",
		"{'transports':[{'kind':'webrtc','ice':{'ufrag':'abcd',"
		"'pwd':'0123456789012345678901'},'dtls':{'role':'actpass',"
		"'fingerprints':[]}}],'media':[]}",
		"{'transports':[{'kind':'webrtc','ice':{'ufrag':'abcd',"
		"'pwd':'0123456789012345678901'},'dtls':{'role':'client',"
		"'fingerprints':[]}}],'media':[]}",
		"{'transports':[{'kind':'webrtc','ice':{'ufrag':'abcd',"
		"'pwd':'0123456789012345678901'},'dtls':{'role':'client',"
		"'fingerprints':[{'hash':'','value':'AB'}]}}],'media':[]}",
		"{'transports':[{'kind':'webrtc','ice':{'ufrag':'abcd',"
		"'pwd':'0123456789012345678901'},'dtls':{'role':'client',"
		"'fingerprints':[{'hash':'sha-256','value':''}]}}],"
		"'media':[]}",
		AUDIO("'codecs':[{'name':'','pt':0}]"),
		"{'transports':[{'kind':'plain','remote':'here'}],"
		"'media':[]}",
		"{'transports':[{'kind':'plain','remote':'1.2.3.4'}],"
		"'media':[]}",
		"{'transports':[{'kind':'plain','remote':'1.2.3.4:5',"
		"'sdes':{'suite':'ROT13','remote_key':'x'}}],'media':[]}",
		"{'transports':[{'kind':'plain','remote':'1.2.3.4:5',"
		"'sdes':{'suite':'AES_CM_128_HMAC_SHA1_80'}}],'media':[]}",
		AUDIO("'transport':1," PCMU),
		AUDIO("'transport':-1," PCMU),
		AUDIO("'transport':'0'," PCMU),
		AUDIO("'send':1," PCMU),
		AUDIO("'mid':'12345678901234567'," PCMU),
		AUDIO("'ssrcs':[4294967296]," PCMU),
		AUDIO("'ssrcs':['x']," PCMU),
		AUDIO("'extensions':{'mid':256}," PCMU),
		AUDIO("'rtx':[{'pt':1}]," PCMU),
		AUDIO("'events':[{'clock':8000}]," PCMU),
		AUDIO("'cn_pt':128," PCMU),
		AUDIO("'ptime':-20," PCMU),
		AUDIO("'codecs':[]"),
		AUDIO("'codecs':{}"),
		AUDIO("'codecs':[7]"),
		AUDIO("'codecs':[{'name':'AMR','pt':96,'mode_set':[16]}]"),
		AUDIO("'codecs':[{'name':'H264','pt':96,'sprop':7}]"),
		AUDIO("'codecs':[{'name':'PCMU'}]"),
		AUDIO("'codecs':[{'name':'PCMU','pt':128}]"),
		AUDIO("'codecs':[{'name':'AMR','pt':96,"
		      "'mode_change_period':3}]"),
		"{" PLAIN ",'media':[{'kind':'text'}]}",
		RELAY("'relay':4294967296"),
		RELAY("'relay':-1"),
		RELAY("'relay':7,'sound':[128]"),
		RELAY("'relay':7,'picture':[0,255]"),
		RELAY("'relay':7,'sound':['111']"),
		RELAY("'relay':7,'kbps':10000001"),
		RELAY("'relay':7,'ice':{'ufrag':'a','pwd':'b'}"),
		"{'transports':[{'kind':'relay','relay':7}],'media':[{'kind':"
		"'audio','transport':0," PCMU "}]}",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct leg_description *d = NULL;
		char why[DESCRIPTION_WHY_BYTES] = "";
		int err = parse(bad[i], &d, why);

		if (err != EINVAL || !why[0])
			CU_FAIL(bad[i]);
		CU_ASSERT_EQUAL(err, EINVAL);
		CU_ASSERT_NOT_EQUAL(why[0], '\0');
	}
}


/* What is written is read as the same, whatever stands in it */
static void what_is_written_is_read_as_the_same(void)
{
	struct leg_description *d = NULL, *back = NULL;
	char why[DESCRIPTION_WHY_BYTES] = "";
	json_t *msg = json_object(), *again = json_object();

	CU_ASSERT_EQUAL_FATAL(parse(every_member, &d, why), 0);
	CU_ASSERT_EQUAL(leg_description_write(d, msg), 0);
	CU_ASSERT_EQUAL_FATAL(leg_description_read(&back, msg, why), 0);
	CU_ASSERT_EQUAL(leg_description_write(back, again), 0);
	CU_ASSERT_TRUE(json_equal(msg, again));
	CU_ASSERT_EQUAL(memcmp(d->media, back->media,
			       d->media_count * sizeof(*d->media)),
			0);
	CU_ASSERT_EQUAL(memcmp(&d->transports[2], &back->transports[2],
			       sizeof(*d->transports)),
			0);
	json_decref(msg);
	json_decref(again);
	mem_deref(d);
	mem_deref(back);
}


static void the_far_end_is_left_out_while_it_is_unknown(void)
{
	struct leg_description *d = NULL;
	json_t *msg = json_object();
	char *text;

	CU_ASSERT_EQUAL_FATAL(leg_description_alloc(&d, 2, 0), 0);
	d->transports[0].kind = MP_WEBRTC;
	d->transports[1].suite = MP_AES_CM_128_HMAC_SHA1_80;
	CU_ASSERT_EQUAL(leg_description_write(d, msg), 0);
	text = json_dumps(msg, JSON_COMPACT);
	CU_ASSERT_STRING_EQUAL(
		text, "{\"transports\":[{\"kind\":\"webrtc\"},{\"kind\":"
		      "\"plain\",\"sdes\":{\"suite\":"
		      "\"AES_CM_128_HMAC_SHA1_80\"}}],\"media\":[]}");
	free(text);
	json_decref(msg);
	mem_deref(d);
}


/** ...and with it whose turn it is in the handshake, which its answer says */
static void an_offer_of_ours_leaves_the_role_open(void)
{
	struct leg_description *d = NULL, *back = NULL;
	char why[DESCRIPTION_WHY_BYTES] = "";
	json_t *msg = json_object();

	CU_ASSERT_EQUAL_FATAL(leg_description_alloc(&d, 1, 0), 0);
	d->transports[0].kind = MP_PLAIN;
	d->transports[0].dtls = true;
	CU_ASSERT_EQUAL(leg_description_write(d, msg), 0);
	CU_ASSERT_EQUAL_FATAL(leg_description_read(&back, msg, why), 0);
	CU_ASSERT_STRING_EQUAL(why, "");
	CU_ASSERT_TRUE(back->transports[0].dtls);
	CU_ASSERT_EQUAL(back->transports[0].dtls_role, MP_DTLS_UNKNOWN);
	json_decref(msg);
	mem_deref(d);
	mem_deref(back);
}


static void the_mixers_side_goes_and_comes(void)
{
	struct leg_local *l = NULL, *back = NULL;
	char why[DESCRIPTION_WHY_BYTES] = "";
	json_t *msg = json_object();

	CU_ASSERT_EQUAL_FATAL(leg_local_alloc(&l, 4, 1), 0);
	l->transports[0].kind = MP_WEBRTC;
	str_ncpy(l->transports[0].ice_ufrag, "abcd", 5);
	sa_set_str(&l->transports[0].candidates[0].addr, "2001:db8::1", 10);
	l->transports[0].candidates[0].priority = UINT32_MAX;
	l->transports[0].candidate_count = 1;
	sa_set_str(&l->transports[1].rtp, "192.0.2.1", 5004);
	l->transports[1].rtcp_port = 5005;
	l->transports[1].suite = MP_AEAD_AES_128_GCM;
	str_ncpy(l->transports[1].sdes_key, "AAAA", 5);
	l->transports[2].kind = MP_RELAY;
	str_ncpy(l->transports[2].ice_pwd, "0123456789012345678901", 23);
	l->transports[2].candidates[0] = l->transports[0].candidates[0];
	l->transports[2].candidate_count = 1;
	l->transports[3].kind = MP_RELAY; /* of none */
	l->media[0].ssrc = UINT32_MAX;
	CU_ASSERT_EQUAL(leg_local_write(l, msg), 0);
	CU_ASSERT_EQUAL_FATAL(leg_local_read(&back, msg, why), 0);
	CU_ASSERT_STRING_EQUAL(back->transports[0].ice_ufrag, "abcd");
	CU_ASSERT_EQUAL(back->transports[0].candidates[0].priority,
			UINT32_MAX);
	CU_ASSERT_TRUE(sa_cmp(&back->transports[0].candidates[0].addr,
			      &l->transports[0].candidates[0].addr, SA_ALL));
	CU_ASSERT_TRUE(sa_cmp(&back->transports[1].rtp, &l->transports[1].rtp,
			      SA_ALL));
	CU_ASSERT_EQUAL(back->transports[1].suite, MP_AEAD_AES_128_GCM);
	CU_ASSERT_STRING_EQUAL(back->transports[1].sdes_key, "AAAA");
	CU_ASSERT_EQUAL(back->transports[2].kind, MP_RELAY);
	CU_ASSERT_STRING_EQUAL(back->transports[2].ice_pwd,
			       "0123456789012345678901");
	CU_ASSERT_EQUAL(sa_port(&back->transports[2].candidates[0].addr), 10);
	CU_ASSERT_EQUAL(back->transports[3].kind, MP_RELAY);
	CU_ASSERT_EQUAL(back->transports[3].candidate_count, 0);
	CU_ASSERT_EQUAL(back->media[0].ssrc, UINT32_MAX);
	json_decref(msg);
	mem_deref(l);
	mem_deref(back);
}


/* It goes into SDP */
static void a_mixer_cannot_break_lines(void)
{
	static const char *const bad[] = {
		"{'transports':[{'kind':'plain','address':"
		"'1.2.3.4\\r\\na=evil','port':5}],'media':[]}",
		"{'transports':[{'kind':'webrtc','ice':{'ufrag':"
		"'a\\r\\nb'}}],'media':[]}",
		"{'transports':[],'media':[{'cname':'a b'}]}",
		"{'transports':[{'kind':'webrtc','ice':{'ufrag':'a:b'}}],"
		"'media':[]}",
		"{'transports':[{'kind':'webrtc','ice':{'pwd':'a;b'}}],"
		"'media':[]}",
		"{'transports':[{'kind':'webrtc','fingerprint':{'hash':"
		"'sha_1'}}],'media':[]}",
		"{'transports':[{'kind':'webrtc','fingerprint':{'hash':"
		"'sha-256','value':'AB:CG'}}],'media':[]}",
		"{'transports':[{'kind':'plain','sdes':{'suite':"
		"'AEAD_AES_128_GCM','local_key':'AAAA|1:4'}}],'media':[]}",
		"{'transports':[{'kind':'plain','address':'239.1.2.3',"
		"'port':5004}],'media':[]}",
		"{'transports':[{'kind':'webrtc','candidates':[{'address':"
		"'ff02::1','port':5004}]}],'media':[]}",
		"{'transports':[{'kind':'plain','port':65536}],'media':[]}",
		"{'transports':[{}],'media':[]}",
		"{'transports':[]}",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char why[DESCRIPTION_WHY_BYTES] = "";
		struct leg_local *l = NULL;
		json_t *msg = load(bad[i]);

		CU_ASSERT_EQUAL(leg_local_read(&l, msg, why), EINVAL);
		CU_ASSERT_NOT_EQUAL(why[0], '\0');
		json_decref(msg);
	}
}


static CU_TestInfo tests[] = {
	{"a mixer cannot break lines", a_mixer_cannot_break_lines},
	{"reads every member", reads_every_member},
	{"refuses with a reason", refuses_with_a_reason},
	{"the far end is left out while it is unknown",
	 the_far_end_is_left_out_while_it_is_unknown},
	{"an offer of ours leaves the role open",
	 an_offer_of_ours_leaves_the_role_open},
	{"the mixer's side goes and comes", the_mixers_side_goes_and_comes},
	{"what is written is read as the same",
	 what_is_written_is_read_as_the_same},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(leg_description, tests)
