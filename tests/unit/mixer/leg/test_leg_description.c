/**
 * @file test_leg_description.c  What leg.add and leg.modify may say
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "mixer/base/re.h"
#include "mixer/leg/leg_description.h"
#include "tests/unit/unit.h"


static int parse(const char *text, struct leg_description *d, char *why)
{
	char json[2048];
	json_t *msg;
	int err;

	snprintf(json, sizeof(json), "%s", text);
	for (char *c = json; *c; c++)
		*c = *c == '\'' ? '"' : *c;

	msg = json_loads(json, 0, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(msg);
	err = leg_description_parse(d, msg, why);
	json_decref(msg);

	return err;
}


static void reads_every_member(void)
{
	static struct leg_description d;
	char why[DESCRIPTION_WHY_BYTES] = "";
	const struct media_description *m;

	CU_ASSERT_EQUAL_FATAL(
		parse("{'transports':[{'kind':'webrtc','ice':{'ufrag':'abcd',"
		      "'pwd':'0123456789012345678901'},'dtls':{'role':"
		      "'client','fingerprints':[{'hash':'sha-256','value':"
		      "'AB:CD'}]}},{'kind':'plain','remote':'192.0.2.1:5004',"
		      "'remote_rtcp':'192.0.2.1:5005','near':'192.0.2.9',"
		      "'sdes':{'suite':'AES_CM_128_HMAC_SHA1_80',"
		      "'remote_key':'abc='}}],"
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
		      "'apt':102}],'feedback':{'nack':true,'pli':true},"
		      "'kbps':900,'width':640,'height':360,'fps':15},"
		      "{'kind':'audio','off':true}]}",
		      &d, why),
		0);

	CU_ASSERT_EQUAL(d.transport_count, 2);
	CU_ASSERT_TRUE(d.transports[0].known);
	CU_ASSERT_EQUAL(d.transports[0].dtls_role, DTLS_ROLE_CLIENT);
	CU_ASSERT_EQUAL(d.transports[0].fingerprint_count, 1);
	CU_ASSERT_TRUE(d.transports[1].known);
	CU_ASSERT_EQUAL(sa_port(&d.transports[1].rtcp), 5005);
	CU_ASSERT_TRUE(sa_isset(&d.transports[1].near, SA_ADDR));
	CU_ASSERT_EQUAL(d.media_count, 3);
	CU_ASSERT_TRUE(d.media[2].off);

	m = &d.media[0];
	CU_ASSERT_EQUAL(m->codecs[0].audio.id, AUDIO_OPUS);
	CU_ASSERT_EQUAL(m->codecs[0].audio.ptime_ms, 40);
	CU_ASSERT_EQUAL(m->codecs[0].audio.max_bitrate, 32000);
	CU_ASSERT_TRUE(m->codecs[0].audio.fec && m->codecs[0].audio.dtx);
	CU_ASSERT_EQUAL(m->codecs[1].audio.mode_set, 0x101);
	CU_ASSERT_EQUAL(m->codecs[1].audio.mode_change_period, 2);
	CU_ASSERT_EQUAL(m->cn_pt, 13);
	CU_ASSERT_EQUAL(m->audio_level_id, 1);
	CU_ASSERT_EQUAL(m->ssrcs[0], 4294967295u);
	CU_ASSERT_EQUAL(m->events[0].clock_hz, 48000);

	m = &d.media[1];
	CU_ASSERT_FALSE(m->send);
	CU_ASSERT_EQUAL(m->codecs[0].video.level_idc, 0x1f);
	CU_ASSERT_EQUAL(m->codecs[0].video.profile_iop, 0xe0);
	CU_ASSERT_EQUAL(m->rtx[0].apt, 102);
	CU_ASSERT_TRUE(m->nack && m->pli && !m->fir && !m->remb);
	CU_ASSERT_EQUAL(m->kbps, 900);
}


#define PLAIN    "'transports':[{'kind':'plain'}]"
#define AUDIO(x) "{" PLAIN ",'media':[{'kind':'audio'," x "}]}"
#define PCMU     "'codecs':[{'name':'PCMU','pt':0}]"


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
		AUDIO("'codecs':[{'name':'PCMU'}]"),
		AUDIO("'codecs':[{'name':'PCMU','pt':128}]"),
		AUDIO("'codecs':[{'name':'VP8','pt':96}]"),
		AUDIO("'codecs':[{'name':'AMR','pt':96,'mode_set':[8]}]"),
		AUDIO("'codecs':[{'name':'AMR','pt':96,"
		      "'mode_change_period':3}]"),
		"{" PLAIN ",'media':[{'kind':'video','codecs':[{'name':"
		"'H264','pt':96,'profile_level_id':'42e0'}]}]}",
		"{" PLAIN ",'media':[{'kind':'text'}]}",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		static struct leg_description d;
		char why[DESCRIPTION_WHY_BYTES] = "";
		int err = parse(bad[i], &d, why);

		if (err != EINVAL || !why[0])
			CU_FAIL(bad[i]);
		CU_ASSERT_EQUAL(err, EINVAL);
		CU_ASSERT_NOT_EQUAL(why[0], '\0');
	}
}


#define VIDEO(x)                                                              \
	"{" PLAIN ",'media':[{'kind':'video','codecs':[{'name':'H264',"       \
	"'pt':96," x "}]}]}"


static void parameter_sets_are_those_of_use(void)
{
	static const struct {
		const char *sprop;
		size_t len;
	} rows[] = {
		{"Z0LgHw==,aM4=", 4 + 4 + 4 + 2},
		{"aM4=", 4 + 2},
		{"", 0},
		{",,,", 0},
		{"Z0LgHw==,ZYg=,aM4=", 4 + 4 + 4 + 2}, /* a slice between */
		{"Z0L", 0},
		{"%%%%%%,====", 0},
		{"Z0IAAAFliA==", 0}, /* a start code inside */
	};
	static struct leg_description d;
	char why[DESCRIPTION_WHY_BYTES] = "", text[1024], sprop[400];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), VIDEO("'sprop':'%s'"),
			 rows[i].sprop);
		CU_ASSERT_EQUAL(parse(text, &d, why), 0);
		CU_ASSERT_EQUAL(d.media[0].codecs[0].parameter_sets.len,
				rows[i].len);
	}

	/* as many as there may be */
	for (size_t i = 0; i < 51; i++)
		memcpy(sprop + 5 * i, "aM4=,", 6);
	sprop[255] = '\0';
	snprintf(text, sizeof(text), VIDEO("'sprop':'%s'"), sprop);
	CU_ASSERT_EQUAL(parse(text, &d, why), 0);
	CU_ASSERT_EQUAL(d.media[0].codecs[0].parameter_sets.len,
			VIDEO_PARAMETER_SETS_BYTES / 6 * 6);

	snprintf(text, sizeof(text), VIDEO("'sprop':'%s,'"), sprop);
	CU_ASSERT_EQUAL(parse(text, &d, why), EINVAL);
	CU_ASSERT_EQUAL(parse(VIDEO("'sprop':7"), &d, why), EINVAL);
}


static CU_TestInfo tests[] = {
	{"parameter sets are those of use", parameter_sets_are_those_of_use},
	{"reads every member", reads_every_member},
	{"refuses with a reason", refuses_with_a_reason},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(leg_description, tests)
