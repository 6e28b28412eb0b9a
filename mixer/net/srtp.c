/**
 * @file mixer/net/srtp.c  SRTP cryptographic contexts
 */
#include <pthread.h>
#include <string.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <srtp2/srtp.h>
#include "mixer/base/log.h"
#include "mixer/base/re.h"
#include "mixer/net/srtp.h"
#include "mixer/net/srtp_kernels.h"


enum {
	/** A stream silent for this long may make room for another */
	STREAM_IDLE_US = 10000000,
	RTP_BYTES_MIN = 12,
	RTP_SSRC_OFFSET = 8,
	RTCP_BYTES_MIN = 8,
	RTCP_SSRC_OFFSET = 4,
};

/** One SSRC an inbound context has authenticated */
struct stream {
	uint32_t ssrc; /**< as on the wire */
	uint64_t received_us;
};

struct crypto_context {
	srtp_t srtp;
	bool inbound;
	struct stream streams[SRTP_STREAM_MAX];
	size_t stream_count;
};

/** What a suite is called and made of */
struct suite {
	const char *name;
	enum transport_suite suite;
	srtp_profile_t profile;
	size_t key_bytes, salt_bytes;
};

static const struct suite suites[] = {
	{"AES_CM_128_HMAC_SHA1_80", TRANSPORT_SUITE_AES_CM_128_HMAC_SHA1_80,
	 srtp_profile_aes128_cm_sha1_80, 16, 14},
	{"AES_CM_128_HMAC_SHA1_32", TRANSPORT_SUITE_AES_CM_128_HMAC_SHA1_32,
	 srtp_profile_aes128_cm_sha1_32, 16, 14},
	{"AEAD_AES_128_GCM", TRANSPORT_SUITE_AEAD_AES_128_GCM,
	 srtp_profile_aead_aes_128_gcm, 16, 12},
	{"AEAD_AES_256_GCM", TRANSPORT_SUITE_AEAD_AES_256_GCM,
	 srtp_profile_aead_aes_256_gcm, 32, 12},
};

static pthread_once_t library_once = PTHREAD_ONCE_INIT;
static srtp_err_status_t library_status;


static const struct suite *suite_find(enum transport_suite suite)
{
	for (size_t i = 0; i < ARRAY_SIZE(suites); i++) {
		if (suites[i].suite == suite)
			return &suites[i];
	}

	return NULL;
}


const char *transport_suite_name(enum transport_suite suite)
{
	const struct suite *s = suite_find(suite);

	return s ? s->name : "NONE";
}


enum transport_suite transport_suite_by_name(const char *name)
{
	for (size_t i = 0; name && i < ARRAY_SIZE(suites); i++) {
		if (!strcmp(suites[i].name, name))
			return suites[i].suite;
	}

	return TRANSPORT_SUITE_NONE;
}


size_t transport_suite_keying_bytes(enum transport_suite suite)
{
	const struct suite *s = suite_find(suite);

	return s ? s->key_bytes + s->salt_bytes : 0;
}


size_t transport_suite_key_bytes(enum transport_suite suite)
{
	const struct suite *s = suite_find(suite);

	return s ? s->key_bytes : 0;
}


static void library_init(void)
{
	library_status = srtp_init();
	if (!library_status && srtp_kernels_install())
		log_warn("srtp", "kernels-refused slower=yes");
}


int srtp_library_init(void)
{
	pthread_once(&library_once, library_init);

	return library_status ? ENOMEM : 0;
}


static void context_destructor(void *arg)
{
	struct crypto_context *c = arg;

	if (c->srtp)
		srtp_dealloc(c->srtp);
}


int crypto_context_alloc(struct crypto_context **cp,
			 enum transport_suite suite, bool inbound,
			 const uint8_t *keying, size_t len)
{
	const struct suite *s = suite_find(suite);
	uint8_t key[SRTP_KEYING_MAX];
	srtp_policy_t policy = {0};
	struct crypto_context *c;
	int err = 0;

	if (!cp || !s || !keying || len != s->key_bytes + s->salt_bytes)
		return EINVAL;

	if (srtp_library_init())
		return ENOMEM;

	c = mem_zalloc(sizeof(*c), context_destructor);
	if (!c)
		return ENOMEM;

	memcpy(key, keying, len);
	c->inbound = inbound;
	policy.ssrc.type = inbound ? ssrc_any_inbound : ssrc_any_outbound;
	policy.key = key;
	policy.window_size = SRTP_REPLAY_WINDOW;
	/* a NACKed packet is sent again under its old number */
	policy.allow_repeat_tx = 1;
	/* the RTCP policy of SHA1_32 has 80-bit tags (RFC 4568 section 6.2) */
	if (srtp_crypto_policy_set_from_profile_for_rtp(&policy.rtp,
							s->profile) ||
	    srtp_crypto_policy_set_from_profile_for_rtcp(&policy.rtcp,
							 s->profile) ||
	    srtp_create(&c->srtp, &policy)) {
		c->srtp = NULL;
		err = ENOMEM;
	}

	OPENSSL_cleanse(key, sizeof(key));
	if (err)
		mem_deref(c);
	else
		*cp = c;

	return err;
}


int crypto_context_protect(struct crypto_context *c, uint8_t *buf, size_t *len,
			   bool rtcp)
{
	int n = (int)*len;

	if (*len < (size_t)(rtcp ? RTCP_BYTES_MIN : RTP_BYTES_MIN) ||
	    *len > TRANSPORT_DATAGRAM_MAX)
		return EBADMSG;

	if (rtcp ? srtp_protect_rtcp(c->srtp, buf, &n)
		 : srtp_protect(c->srtp, buf, &n))
		return EBADMSG;

	*len = (size_t)n;

	return 0;
}


static struct stream *stream_find(struct crypto_context *c, uint32_t ssrc)
{
	for (size_t i = 0; i < c->stream_count; i++) {
		if (c->streams[i].ssrc == ssrc)
			return &c->streams[i];
	}

	return NULL;
}


/** The stream to give up for a new one; NULL while all are in use */
static struct stream *stream_idle(struct crypto_context *c, uint64_t now_us)
{
	struct stream *oldest = &c->streams[0];

	for (size_t i = 1; i < c->stream_count; i++) {
		if (c->streams[i].received_us < oldest->received_us)
			oldest = &c->streams[i];
	}

	return now_us > oldest->received_us + STREAM_IDLE_US ? oldest : NULL;
}


/** An authentic packet of a new SSRC came: libsrtp2 made a stream for it */
static void stream_add(struct crypto_context *c, struct stream *idle,
		       uint32_t ssrc, uint64_t now_us)
{
	struct stream *s = idle;

	if (s)
		srtp_remove_stream(c->srtp, s->ssrc);
	else
		s = &c->streams[c->stream_count++];

	s->ssrc = ssrc;
	s->received_us = now_us;
}


static int status_errno(srtp_err_status_t status)
{
	switch (status) {

	case srtp_err_status_auth_fail:
	case srtp_err_status_cipher_fail: return EACCES;
	case srtp_err_status_replay_fail:
	case srtp_err_status_replay_old: return EALREADY;
	default: return EBADMSG;
	}
}


int crypto_context_unprotect(struct crypto_context *c, uint8_t *buf,
			     size_t *len, bool rtcp, uint64_t now_us)
{
	struct stream *stream, *idle = NULL;
	srtp_err_status_t status;
	int n = (int)*len;
	uint32_t ssrc;

	if (*len < (size_t)(rtcp ? RTCP_BYTES_MIN : RTP_BYTES_MIN) ||
	    *len > TRANSPORT_DATAGRAM_MAX)
		return EBADMSG;

	memcpy(&ssrc, buf + (rtcp ? RTCP_SSRC_OFFSET : RTP_SSRC_OFFSET),
	       sizeof(ssrc));
	stream = stream_find(c, ssrc);
	if (!stream && c->stream_count == SRTP_STREAM_MAX) {
		idle = stream_idle(c, now_us);
		if (!idle)
			return ENOSPC;
	}

	status = rtcp ? srtp_unprotect_rtcp(c->srtp, buf, &n)
		      : srtp_unprotect(c->srtp, buf, &n);
	if (status)
		return status_errno(status);

	if (stream)
		stream->received_us = now_us;
	else
		stream_add(c, idle, ssrc, now_us);

	*len = (size_t)n;

	return 0;
}


int sdes_decode(enum transport_suite suite, const char *text,
		uint8_t keying[SRTP_KEYING_MAX])
{
	static const char method[] = "inline:";
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz"
				       "0123456789+/=";
	uint8_t bytes[96];
	size_t len, n = sizeof(bytes), want;
	const char *bar, *colon;
	int err = 0;

	want = transport_suite_keying_bytes(suite);
	if (!want || !text)
		return EPROTO;

	if (!strncmp(text, method, sizeof(method) - 1))
		text += sizeof(method) - 1;

	/* lifetime "2^n" or digits; an MKI has a colon, and is unsupported */
	bar = strchr(text, '|');
	colon = bar ? strchr(bar, ':') : NULL;
	len = bar ? (size_t)(bar - text) : strlen(text);
	/* libre's decoder takes any character for one of the alphabet */
	if (colon || len > 64 || strspn(text, alphabet) < len)
		return EPROTO;

	if (base64_decode(text, len, bytes, &n) || n != want)
		err = EPROTO;
	else
		memcpy(keying, bytes, n);

	OPENSSL_cleanse(bytes, sizeof(bytes));

	return err;
}


int sdes_generate(enum transport_suite suite, uint8_t keying[SRTP_KEYING_MAX],
		  char *text, size_t size)
{
	size_t want = transport_suite_keying_bytes(suite), n = size - 1;
	int err;

	if (!want)
		return EINVAL;

	if (RAND_bytes(keying, (int)want) != 1)
		return EIO;

	err = base64_encode(keying, want, text, &n);
	if (!err)
		text[n] = '\0';

	return err;
}
