/**
 * @file fuzz_account_reply.c  Hostile registrars: what a 200 says
 */
#include <stdlib.h>
#include "signaling/account/account_reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct account_contact contact = {
		"sip:team@192.0.2.1:5060", "urn:uuid:1", 600};
	struct account_reply reply = {.route_count = 0};
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
		if (!account_reply_read(&reply, msg, &contact) &&
		    (reply.route_count > ACCOUNT_ROUTES_MAX ||
		     reply.expires_s > ACCOUNT_EXPIRES_MAX_S))
			abort();
		account_reply_reset(&reply);
		mem_deref(msg);
	}
	mem_deref(mb);

	return 0;
}
