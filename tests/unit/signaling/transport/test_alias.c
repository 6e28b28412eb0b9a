/**
 * @file test_alias.c  Header names that libre would take for others
 */
#include <string.h>
#include "signaling/transport/alias.h"
#include "tests/unit/signaling/world/transport_world.h"
#include "tests/unit/unit.h"


static bool is_alias(const char *name)
{
	struct pl pl;

	pl_set_str(&pl, name);

	return alias_is(&pl);
}


/** A name that libre takes for this one */
static void find_alias(enum sip_hdrid id, char name[6])
{
	unsigned n;

	for (n = 0; n < 26 * 26 * 26 * 26; n++) {
		name[0] = (char)('a' + n % 26);
		name[1] = (char)('a' + n / 26 % 26);
		name[2] = (char)('a' + n / 26 / 26 % 26);
		name[3] = (char)('a' + n / 26 / 26 / 26);
		name[4] = '\0';
		if ((hash_joaat_ci(name, 4) & 0xfff) == (uint32_t)id)
			return;
	}
	CU_FAIL_FATAL("no alias");
}


static void tells_names_from_aliases(void)
{
	static const char *const names[] = {"From",
					    "FROM",
					    "f",
					    "P-Asserted-Identity",
					    "CSeq",
					    "RAck",
					    "RSeq",
					    "SIP-If-Match",
					    "Session-ID",
					    "Min-SE",
					    "DTMF",
					    "P-Preferred-Service",
					    "Feature-Caps",
					    "P-Asserted-Service",
					    "Content-Transfer-Encoding"};
	char name[6];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		CU_ASSERT_FALSE(is_alias(names[i]));

	/* to libre a Call-ID */
	CU_ASSERT_TRUE(is_alias("DC-Info"));
	find_alias(SIP_HDR_FROM, name);
	CU_ASSERT_TRUE(is_alias(name));
	find_alias(SIP_HDR_P_ASSERTED_IDENTITY, name);
	CU_ASSERT_TRUE(is_alias(name));
}


/** What nobody knows is ignored, not believed (RFC 3261 section 8.2) */
static void keeps_aliases_from_libre(void)
{
	struct world *w = open_world();
	struct peer *p = open_peer(w, FLOW_UDP);
	char from[6], asserted[6], headers[256];

	find_alias(SIP_HDR_FROM, from);
	find_alias(SIP_HDR_P_ASSERTED_IDENTITY, asserted);
	(void)re_snprintf(headers, sizeof(headers),
			  "%s: <sip:mallory@@x>;tag=9\r\n"
			  "%s: <sip:mallory@@x>\r\nSubject: kept\r\n",
			  from, asserted);
	w->hold_answer = true;
	peer_invite(p, "z9hG4bKalias", "", headers);
	CU_ASSERT_TRUE(*peer_find(p, "SIP/2.0 180") != '\0');
	CU_ASSERT_PTR_NOT_NULL_FATAL(w->invite);
	CU_ASSERT_NOT_EQUAL(pl_strcmp(&w->invite->from.tag, "9"), 0);
	CU_ASSERT_PTR_NULL(
		sip_msg_hdr(w->invite, SIP_HDR_P_ASSERTED_IDENTITY));
	CU_ASSERT_PTR_NOT_NULL(sip_msg_hdr(w->invite, SIP_HDR_SUBJECT));

	mem_deref(p);
	mem_deref(w);
}


static CU_TestInfo tests[] = {
	{"tells names from aliases", tells_names_from_aliases},
	{"keeps aliases from libre", keeps_aliases_from_libre},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(alias, tests)
