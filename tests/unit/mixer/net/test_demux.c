/**
 * @file test_demux.c  First bytes (RFC 7983, RFC 5761)
 */
#include "mixer/net/net_private.h"
#include "tests/unit/unit.h"


static void first_bytes_tell_the_protocol(void)
{
	static const struct {
		uint8_t from, to, second;
		enum datagram_type type;
	} cases[] = {
		{0, 3, 1, DATAGRAM_STUN},
		{4, 19, 1, DATAGRAM_UNKNOWN},
		{20, 63, 254, DATAGRAM_DTLS},
		{64, 127, 0, DATAGRAM_UNKNOWN},
		{128, 191, 0, DATAGRAM_RTP},
		{128, 191, 111, DATAGRAM_RTP},
		{128, 191, 191, DATAGRAM_RTP},
		{128, 191, 192, DATAGRAM_RTCP},
		{128, 191, 200, DATAGRAM_RTCP},
		{128, 191, 223, DATAGRAM_RTCP},
		{128, 191, 224, DATAGRAM_RTP},
		{192, 255, 200, DATAGRAM_UNKNOWN},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		for (unsigned b = cases[i].from; b <= cases[i].to; b++) {
			uint8_t buf[2] = {(uint8_t)b, cases[i].second};

			CU_ASSERT_EQUAL(datagram_type(buf, 2), cases[i].type);
			CU_ASSERT_EQUAL(datagram_type(buf, 1),
					DATAGRAM_UNKNOWN);
		}
	}
}


static CU_TestInfo tests[] = {
	{"first bytes tell the protocol", first_bytes_tell_the_protocol},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(demux, tests)
