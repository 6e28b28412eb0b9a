/**
 * @file fuzz_credentials.c  Hostile 401 and 407: read, judged and answered
 */
#include <stdlib.h>
#include <string.h>
#include "focus/config/config.h"
#include "signaling/auth/credentials.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static struct credentials *credentials(void)
{
	static const char text[] = "account <sip:a@b.example>;auth_pass=c;"
				   "aka_k=465b5ce8b199b49faa5f0a2ee238a6bc;"
				   "aka_op=cdc202d5123e20f62b6d676ac72cb318\n";
	static struct credentials *c;
	static struct config *config;
	struct config_error error;

	if (!c && (config_parse(&config, "fuzz", text, sizeof(text) - 1, NULL,
				0, &error) ||
		   credentials_alloc(&c, config)))
		abort();

	return c;
}


static void answer(const struct sip_msg *msg)
{
	struct credentials_try *t = NULL;
	struct credentials_request request = {NULL, "REGISTER", "sip:b"};
	char *text = NULL;

	if (credentials_begin(&t, credentials(), "sip:a@b.example"))
		abort();
	request.t = t;
	for (unsigned i = 0; i < 3; i++) {
		if (credentials_challenge(t, msg))
			break;
		if (re_sdprintf(&text, "%H", credentials_print, &request))
			abort();
		text = mem_deref(text);
		credentials_renew(t);
	}
	mem_deref(t);
}


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sip_msg *msg;
	struct mbuf *mb;

	if (size > 65535)
		return 0;

	mb = mbuf_alloc(size + 1);
	if (!mb)
		return 0;
	(void)mbuf_write_mem(mb, data, size);
	mb->pos = 0;
	if (!sip_msg_decode(&msg, mb)) {
		answer(msg);
		mem_deref(msg);
	}
	mem_deref(mb);

	return 0;
}
