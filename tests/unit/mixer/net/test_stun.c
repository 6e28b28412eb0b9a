/**
 * @file test_stun.c  Binding messages as bytes
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "mixer/net/bytes.h"
#include "mixer/net/stun.h"
#include "tests/unit/unit.h"


/* RFC 5769 section 2.1 */
static const char sample_password[] = "VOkJxbRl1RmTxUk/WvJxBt";
static const uint8_t sample[108] = {
	0x00, 0x01, 0x00, 0x58, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01,
	0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x10,
	0x53, 0x54, 0x55, 0x4e, 0x20, 0x74, 0x65, 0x73, 0x74, 0x20, 0x63, 0x6c,
	0x69, 0x65, 0x6e, 0x74, 0x00, 0x24, 0x00, 0x04, 0x6e, 0x00, 0x01, 0xff,
	0x80, 0x29, 0x00, 0x08, 0x93, 0x2f, 0xf9, 0xb1, 0x51, 0x26, 0x3b, 0x36,
	0x00, 0x06, 0x00, 0x09, 0x65, 0x76, 0x74, 0x6a, 0x3a, 0x68, 0x36, 0x76,
	0x59, 0x20, 0x20, 0x20, 0x00, 0x08, 0x00, 0x14, 0x9a, 0xea, 0xa7, 0x0c,
	0xbf, 0xd8, 0xcb, 0x56, 0x78, 0x1e, 0xf2, 0xb5, 0xb2, 0xd3, 0xf2, 0x49,
	0xc1, 0xb5, 0x71, 0xa2, 0x80, 0x28, 0x00, 0x04, 0xe5, 0x7a, 0x3b, 0xcf,
};


static void reads_the_sample_request(void)
{
	struct stun_packet p;

	CU_ASSERT_EQUAL_FATAL(stun_packet_decode(&p, sample, sizeof(sample)),
			      0);
	CU_ASSERT_EQUAL(p.type, STUN_BINDING_REQUEST);
	CU_ASSERT_EQUAL(p.username_bytes, 9);
	CU_ASSERT_EQUAL(memcmp(p.username, "evtj:h6vY", 9), 0);
	CU_ASSERT_EQUAL(p.priority, 0x6e0001ff);
	CU_ASSERT_TRUE(p.controlled);
	CU_ASSERT_FALSE(p.use_candidate);
	CU_ASSERT_EQUAL(p.tie_breaker, 0x932ff9b151263b36ULL);
	CU_ASSERT_TRUE(p.has_fingerprint && p.fingerprint_valid);
	CU_ASSERT_TRUE(stun_packet_authentic(&p, sample_password));
	CU_ASSERT_FALSE(stun_packet_authentic(&p, "another"));
}


static void every_changed_byte_is_noticed(void)
{
	struct stun_packet p;

	for (size_t i = 0; i < sizeof(sample); i++) {
		uint8_t copy[sizeof(sample)];

		memcpy(copy, sample, sizeof(copy));
		copy[i] ^= 0x10;
		CU_ASSERT_TRUE(stun_packet_decode(&p, copy, sizeof(copy)) ||
			       !p.fingerprint_valid);
	}
}


static void every_truncation_is_refused(void)
{
	struct stun_packet p;

	for (size_t i = 0; i < sizeof(sample); i++)
		CU_ASSERT_EQUAL(stun_packet_decode(&p, sample, i), EBADMSG);
}


static void writes_what_it_reads(void)
{
	static const char *const addresses[] = {
		"192.0.2.1", "2001:db8:1234:5678:11:2233:4455:6677"};

	for (size_t i = 0; i < ARRAY_SIZE(addresses); i++) {
		struct stun_writer w;
		struct stun_packet p;
		struct sa addr;

		sa_set_str(&addr, addresses[i], 32853);
		stun_write_header(&w, STUN_BINDING_SUCCESS, sample + 8);
		stun_write_mapped(&w, &addr);
		stun_write_end(&w, sample_password);
		CU_ASSERT_EQUAL(stun_packet_decode(&p, w.buf, w.len), 0);
		CU_ASSERT_TRUE(sa_cmp(&p.mapped, &addr, SA_ALL));
		CU_ASSERT_TRUE(p.fingerprint_valid);
		CU_ASSERT_TRUE(stun_packet_authentic(&p, sample_password));
	}
}


/** One attribute in a request */
static int read_attribute(struct stun_packet *p, struct stun_writer *w,
			  uint16_t type, const void *value, size_t len)
{
	stun_write_header(w, STUN_BINDING_REQUEST, sample + 8);
	stun_write_attribute(w, type, value, len);

	return stun_packet_decode(p, w->buf, w->len);
}


static void attributes_have_their_lengths(void)
{
	static const struct {
		uint16_t type;
		size_t len;
		bool ok;
	} rows[] = {
		{STUN_ATTR_PRIORITY, 4, true},
		{STUN_ATTR_PRIORITY, 3, false},
		{STUN_ATTR_PRIORITY, 8, false},
		{STUN_ATTR_CONTROLLING, 8, true},
		{STUN_ATTR_CONTROLLING, 4, false},
		{STUN_ATTR_CONTROLLED, 0, false},
		{STUN_ATTR_MSG_INTEGRITY, 20, true},
		{STUN_ATTR_MSG_INTEGRITY, 16, false},
		{STUN_ATTR_MSG_INTEGRITY, 32, false},
		{STUN_ATTR_ERR_CODE, 3, false},
		{STUN_ATTR_ERR_CODE, 4, true},
		{STUN_ATTR_USERNAME, 0, true},
		{STUN_ATTR_USERNAME, 63, true},
		/* not read here: any */
		{STUN_ATTR_XOR_MAPPED_ADDR, 1, true},
		{0x8022, 5, true},
	};
	static const uint8_t zeroes[64];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct stun_writer w;
		struct stun_packet p;

		CU_ASSERT_EQUAL(read_attribute(&p, &w, rows[i].type, zeroes,
					       rows[i].len),
				rows[i].ok ? 0 : EBADMSG);
	}
}


static void what_must_be_understood_is_told(void)
{
	struct stun_writer w;
	struct stun_packet p;

	stun_write_header(&w, STUN_BINDING_REQUEST, sample + 8);
	for (uint16_t i = 0; i < STUN_UNKNOWN_MAX + 2; i++)
		stun_write_attribute(&w, (uint16_t)(0x7f00 + i), "abcd", 4);
	stun_write_attribute(&w, 0x8fff, "abcd", 4);
	CU_ASSERT_EQUAL(stun_packet_decode(&p, w.buf, w.len), 0);
	CU_ASSERT_EQUAL(p.unknown_count, STUN_UNKNOWN_MAX);
	CU_ASSERT_EQUAL(p.unknown[0], 0x7f00);
}


/** RFC 8489 section 14.5: what stands behind it is not protected */
static void what_follows_the_integrity_is_ignored(void)
{
	static const uint8_t mac[20], priority[4] = {0, 0, 0, 9};
	struct stun_writer w;
	struct stun_packet p;

	stun_write_header(&w, STUN_BINDING_REQUEST, sample + 8);
	stun_write_attribute(&w, STUN_ATTR_MSG_INTEGRITY, mac, sizeof(mac));
	stun_write_attribute(&w, STUN_ATTR_USE_CAND, NULL, 0);
	stun_write_attribute(&w, STUN_ATTR_PRIORITY, priority, 4);
	CU_ASSERT_EQUAL(stun_packet_decode(&p, w.buf, w.len), 0);
	CU_ASSERT_FALSE(p.use_candidate);
	CU_ASSERT_FALSE(p.has_priority);
	CU_ASSERT_FALSE(stun_packet_authentic(&p, sample_password));
}


static void the_fingerprint_is_the_last(void)
{
	struct stun_writer w;
	struct stun_packet p;

	stun_write_header(&w, STUN_BINDING_REQUEST, sample + 8);
	stun_write_end(&w, NULL);
	CU_ASSERT_EQUAL(stun_packet_decode(&p, w.buf, w.len), 0);
	CU_ASSERT_TRUE(p.has_fingerprint && p.fingerprint_valid);
	CU_ASSERT_FALSE(stun_packet_authentic(&p, sample_password));
	stun_write_attribute(&w, STUN_ATTR_USE_CAND, NULL, 0);
	CU_ASSERT_EQUAL(stun_packet_decode(&p, w.buf, w.len), EBADMSG);
}


static void error_codes_are_written_and_read(void)
{
	static const unsigned codes[] = {300, 400, 401, 487, 699};

	struct stun_writer w;
	struct stun_packet p;

	for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
		stun_write_header(&w, STUN_BINDING_ERROR, sample + 8);
		stun_write_error(&w, codes[i], "Some Reason");
		stun_write_end(&w, sample_password);
		CU_ASSERT_EQUAL(stun_packet_decode(&p, w.buf, w.len), 0);
		CU_ASSERT_EQUAL(p.type, STUN_BINDING_ERROR);
		CU_ASSERT_EQUAL(p.error, codes[i]);
		CU_ASSERT_TRUE(stun_packet_authentic(&p, sample_password));
	}
	/* the other bits of its class are reserved */
	CU_ASSERT_EQUAL(read_attribute(&p, &w, STUN_ATTR_ERR_CODE,
				       "\xff\xff\xfc\x57", 4),
			0);
	CU_ASSERT_EQUAL(p.error, 487);
}


static void what_does_not_fit_is_left_out(void)
{
	static const uint8_t zeroes[STUN_WRITE_MAX];
	struct stun_writer w;
	size_t len;

	stun_write_header(&w, STUN_BINDING_REQUEST, sample + 8);
	len = w.len;
	stun_write_attribute(&w, STUN_ATTR_USERNAME, zeroes, STUN_WRITE_MAX);
	stun_write_attribute(&w, STUN_ATTR_USERNAME, zeroes, SIZE_MAX);
	CU_ASSERT_EQUAL(w.len, len);
	stun_write_attribute(&w, STUN_ATTR_USERNAME, zeroes,
			     STUN_WRITE_MAX - len - 4);
	CU_ASSERT_EQUAL(w.len, STUN_WRITE_MAX);
	CU_ASSERT_EQUAL(get16(w.buf + 2), STUN_WRITE_MAX - 20);
}


/** From a buffer that ends where the datagram does */
static void rubbish_is_read_within_its_bounds(void)
{
	uint32_t seed = 17;

	for (unsigned round = 0; round < 20000; round++) {
		size_t len = 20 + 4 * (round % 20);
		uint8_t *buf = malloc(len);
		struct stun_packet p;

		memcpy(buf, sample, 20);
		put16(buf + 2, (uint16_t)(len - 20));
		for (size_t i = 20; i < len; i++) {
			seed = seed * 1664525u + 1013904223u;
			buf[i] = (uint8_t)(seed >> (i & 1 ? 24 : 28));
		}
		if (!stun_packet_decode(&p, buf, len))
			(void)stun_packet_authentic(&p, sample_password);
		free(buf);
	}
}

static CU_TestInfo tests[] = {
	{"reads the sample request of RFC 5769", reads_the_sample_request},
	{"every changed byte is noticed", every_changed_byte_is_noticed},
	{"every truncation is refused", every_truncation_is_refused},
	{"writes what it reads", writes_what_it_reads},
	{"attributes have their lengths", attributes_have_their_lengths},
	{"what must be understood is told", what_must_be_understood_is_told},
	{"what follows the integrity is ignored",
	 what_follows_the_integrity_is_ignored},
	{"the fingerprint is the last", the_fingerprint_is_the_last},
	{"error codes are written and read", error_codes_are_written_and_read},
	{"what does not fit is left out", what_does_not_fit_is_left_out},
	{"rubbish is read within its bounds",
	 rubbish_is_read_within_its_bounds},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(stun, tests)
