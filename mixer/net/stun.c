/**
 * @file mixer/net/stun.c  STUN binding messages of ICE
 */
#include <string.h>
#include <openssl/crypto.h>
#include "mixer/net/bytes.h"
#include "mixer/net/srtp_kernels.h"
#include "mixer/net/stun.h"


enum {
	COOKIE = 0x2112a442,
	FINGERPRINT_XOR = 0x5354554e,
	INTEGRITY_BYTES = 20,
	TRANSACTION_BYTES = 12,
	/** Types below this must be understood (RFC 8489 section 14) */
	OPTIONAL_FROM = 0x8000,
};


/** CRC-32 of ITU-T V.42, four bits at a time, of a message in two parts */
static uint32_t crc_update(uint32_t crc, const uint8_t *p, size_t len)
{
	static const uint32_t table[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
		0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
		0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};

	for (size_t i = 0; i < len; i++) {
		crc = table[(crc ^ p[i]) & 15] ^ crc >> 4;
		crc = table[(crc ^ p[i] >> 4) & 15] ^ crc >> 4;
	}

	return crc;
}


static uint32_t fingerprint(const uint8_t *buf, size_t len)
{
	return ~crc_update(~0U, buf, len) ^ FINGERPRINT_XOR;
}


/** XOR-MAPPED-ADDRESS (RFC 8489 section 14.2) */
static void decode_mapped(struct stun_packet *p, const uint8_t *v, size_t len)
{
	uint16_t port;

	if (len < 8)
		return;

	port = get16(v + 2) ^ (COOKIE >> 16);
	if (v[1] == STUN_AF_IPv4 && len == 8) {
		sa_set_in(&p->mapped, get32(v + 4) ^ COOKIE, port);
	}
	else if (v[1] == STUN_AF_IPv6 && len == 20) {
		uint8_t ip[16];

		for (size_t i = 0; i < sizeof(ip); i++)
			ip[i] = v[4 + i] ^ p->start[4 + i];
		sa_set_in6(&p->mapped, ip, port);
	}
}


static int decode_attribute(struct stun_packet *p, uint16_t type,
			    const uint8_t *v, size_t len)
{
	switch (type) {

	case STUN_ATTR_USERNAME:
		p->username = v;
		p->username_bytes = len;
		return 0;

	case STUN_ATTR_MSG_INTEGRITY:
		p->integrity = v;
		return len == INTEGRITY_BYTES ? 0 : EBADMSG;

	case STUN_ATTR_PRIORITY:
		if (len != 4)
			return EBADMSG;
		p->has_priority = true;
		p->priority = get32(v);
		return 0;

	case STUN_ATTR_USE_CAND: p->use_candidate = true; return 0;

	case STUN_ATTR_CONTROLLED:
	case STUN_ATTR_CONTROLLING:
		if (len != 8)
			return EBADMSG;
		p->controlled |= type == STUN_ATTR_CONTROLLED;
		p->controlling |= type == STUN_ATTR_CONTROLLING;
		p->tie_breaker = (uint64_t)get32(v) << 32 | get32(v + 4);
		return 0;

	case STUN_ATTR_ERR_CODE:
		if (len < 4)
			return EBADMSG;
		p->error = (uint16_t)((v[2] & 7) * 100 + v[3]);
		return 0;

	case STUN_ATTR_XOR_MAPPED_ADDR: decode_mapped(p, v, len); return 0;

	default:
		if (type < OPTIONAL_FROM &&
		    p->unknown_count < STUN_UNKNOWN_MAX)
			p->unknown[p->unknown_count++] = type;
		return 0;
	}
}


int stun_packet_decode(struct stun_packet *p, const uint8_t *buf, size_t len)
{
	size_t pos = STUN_HEADER_SIZE;

	memset(p, 0, sizeof(*p));
	if (len < STUN_HEADER_SIZE || len & 3 || buf[0] & 0xc0 ||
	    get16(buf + 2) != len - STUN_HEADER_SIZE ||
	    get32(buf + 4) != COOKIE)
		return EBADMSG;

	p->start = buf;
	p->bytes = len;
	p->type = get16(buf);
	p->transaction = buf + 8;
	while (pos < len) {
		uint16_t type = get16(buf + pos);
		size_t n = get16(buf + pos + 2);
		int err = 0;

		/* len is a multiple of 4, so a header always fits */
		if (n > len - pos - STUN_ATTR_HEADER_SIZE)
			return EBADMSG;

		if (type == STUN_ATTR_FINGERPRINT) {
			/* must be the last */
			if (n != 4 || pos + 8 != len)
				return EBADMSG;
			p->has_fingerprint = true;
			p->fingerprint_valid =
				get32(buf + pos + 4) == fingerprint(buf, pos);
		}
		else if (!p->integrity) {
			err = decode_attribute(
				p, type, buf + pos + STUN_ATTR_HEADER_SIZE, n);
		}
		if (err)
			return err;

		pos += STUN_ATTR_HEADER_SIZE + ((n + 3) & ~(size_t)3);
	}

	return 0;
}


/** MAC of a message up to its MESSAGE-INTEGRITY, whose length it counts */
static void integrity(const uint8_t *buf, size_t len, const char *password,
		      uint8_t mac[INTEGRITY_BYTES])
{
	uint8_t copy[STUN_READ_MAX];
	struct hmac_sha1_key key;

	memcpy(copy, buf, len);
	put16(copy + 2, (uint16_t)(len - STUN_HEADER_SIZE +
				   STUN_ATTR_HEADER_SIZE + INTEGRITY_BYTES));
	hmac_sha1_key_set(&key, (const uint8_t *)password, strlen(password));
	hmac_sha1_mac(&key, copy, len, mac);
	OPENSSL_cleanse(&key, sizeof(key));
}


bool stun_packet_authentic(const struct stun_packet *p, const char *password)
{
	uint8_t mac[INTEGRITY_BYTES];
	size_t len;

	if (!p->integrity)
		return false;

	len = (size_t)(p->integrity - p->start) - STUN_ATTR_HEADER_SIZE;
	if (len > STUN_READ_MAX)
		return false;

	integrity(p->start, len, password, mac);

	return !CRYPTO_memcmp(mac, p->integrity, sizeof(mac));
}


void stun_write_header(struct stun_writer *w, enum stun_type type,
		       const uint8_t *transaction)
{
	put16(w->buf, (uint16_t)type);
	put16(w->buf + 2, 0);
	put32(w->buf + 4, COOKIE);
	memcpy(w->buf + 8, transaction, TRANSACTION_BYTES);
	w->len = STUN_HEADER_SIZE;
}


void stun_write_attribute(struct stun_writer *w, uint16_t type,
			  const void *value, size_t len)
{
	size_t padded = (len + 3) & ~(size_t)3;
	uint8_t *p = w->buf + w->len;

	if (len > STUN_WRITE_MAX ||
	    w->len + STUN_ATTR_HEADER_SIZE + padded > sizeof(w->buf))
		return;

	put16(p, type);
	put16(p + 2, (uint16_t)len);
	memset(p + STUN_ATTR_HEADER_SIZE, 0, padded);
	if (len)
		memcpy(p + STUN_ATTR_HEADER_SIZE, value, len);
	w->len += STUN_ATTR_HEADER_SIZE + padded;
	put16(w->buf + 2, (uint16_t)(w->len - STUN_HEADER_SIZE));
}


void stun_write_mapped(struct stun_writer *w, const struct sa *addr)
{
	uint8_t v[20] = {0};
	size_t len = 8;

	put16(v + 2, sa_port(addr) ^ (COOKIE >> 16));
	if (sa_af(addr) == AF_INET) {
		v[1] = STUN_AF_IPv4;
		put32(v + 4, sa_in(addr) ^ COOKIE);
	}
	else {
		v[1] = STUN_AF_IPv6;
		len = sizeof(v);
		sa_in6(addr, v + 4);
		for (size_t i = 0; i < 16; i++)
			v[4 + i] ^= w->buf[4 + i];
	}

	stun_write_attribute(w, STUN_ATTR_XOR_MAPPED_ADDR, v, len);
}


void stun_write_error(struct stun_writer *w, unsigned code, const char *reason)
{
	char v[64] = {0};

	v[2] = (char)(code / 100);
	v[3] = (char)(code % 100);
	str_ncpy(v + 4, reason, sizeof(v) - 4);
	stun_write_attribute(w, STUN_ATTR_ERR_CODE, v, 4 + strlen(v + 4));
}


void stun_write_end(struct stun_writer *w, const char *password)
{
	uint8_t mac[INTEGRITY_BYTES], crc[4];

	if (password) {
		integrity(w->buf, w->len, password, mac);
		stun_write_attribute(w, STUN_ATTR_MSG_INTEGRITY, mac,
				     sizeof(mac));
	}

	/* the CRC covers a length that counts FINGERPRINT itself */
	put16(w->buf + 2, (uint16_t)(w->len - STUN_HEADER_SIZE + 8));
	put32(crc, fingerprint(w->buf, w->len));
	stun_write_attribute(w, STUN_ATTR_FINGERPRINT, crc, sizeof(crc));
}
