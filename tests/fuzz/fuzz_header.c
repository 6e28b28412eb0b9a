/**
 * @file fuzz_header.c  Hostile messages: values of single headers
 *
 * Every header of a message that libre has taken apart goes through every
 * reader of a value, whatever its name: texts, addresses, dialogs named in
 * headers, RAck; then names and redirections of the message. What needs the
 * message as a whole is in fuzz_sip_headers.c.
 */
#include <stdlib.h>
#include <string.h>
#include "focus/config/config.h"
#include "signaling/message/dialog_id.h"
#include "signaling/message/header.h"
#include "signaling/message/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


/** What header.h promises of a text it gives out */
static void assert_clean(char *text, size_t max)
{
	const char *p = text;

	if (text && strlen(text) > max)
		abort();
	for (; p && *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			abort();
	}
	mem_deref(text);
}


static void read_header(const struct sip_hdr *hdr)
{
	struct header_rack rack;
	struct sip_addr addr;
	struct dialog_id id;
	struct sip_msg named;
	struct sip_cseq cseq;
	struct sip_via via;
	char *text = NULL;

	if (!header_text(&text, &hdr->val, HEADER_AGENT_MAX))
		assert_clean(text, HEADER_AGENT_MAX);
	(void)header_rack(&rack, &hdr->val);
	(void)sip_cseq_decode(&cseq, &hdr->val);
	(void)sip_via_decode(&via, &hdr->val);
	if (!dialog_id_decode(&id, &hdr->val, hdr->id & 1))
		dialog_id_request(&named, &id);
	if (!sip_addr_decode(&addr, &hdr->val)) {
		text = NULL;
		if (!header_uri(&text, &addr.auri))
			assert_clean(text, HEADER_URI_MAX);
		text = NULL;
		if (!header_display(&text, &addr.dname))
			assert_clean(text, HEADER_DISPLAY_MAX);
	}
}


static void read_names(const struct sip_msg *msg)
{
	char *text = NULL, *quoted = NULL;

	if (!header_aor(&text, &msg->from.uri))
		assert_clean(text, HEADER_URI_MAX + 16);
	text = NULL;
	if (!header_user(&text, &msg->uri))
		assert_clean(text, HEADER_URI_MAX);
	text = NULL;
	if (!header_display(&text, &msg->from.dname) && text &&
	    !header_quote(&quoted, text))
		assert_clean(quoted, 2 * HEADER_DISPLAY_MAX);
	assert_clean(text, HEADER_DISPLAY_MAX);
}


static void read_rest(const struct sip_msg *msg, const struct config *config)
{
	struct list targets = LIST_INIT;
	struct pl body;

	header_body(msg, &body);
	(void)header_accepts_sdp(msg);
	targets_from_contacts(&targets, msg, false, config);
	list_flush(&targets);
	if (msg->req)
		(void)target_is_emergency(&msg->ruri, config);
	(void)header_seconds(msg, SIP_HDR_EXPIRES, 3600);
	(void)header_seconds(msg, SIP_HDR_MIN_SE, 90);
}


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const overrides[] = {"emergency_numbers=11[02]"};
	static struct config *config;
	struct config_error error;
	struct sip_msg *msg;
	struct mbuf *mb;
	struct le *le;

	if (!config && config_load(&config, NULL, overrides,
				   ARRAY_SIZE(overrides), &error))
		abort();
	if (!size || size > 65535)
		return 0;

	mb = mbuf_alloc(size);
	if (!mb)
		return 0;
	(void)mbuf_write_mem(mb, data, size);
	mb->pos = 0;
	if (!sip_msg_decode(&msg, mb)) {
		for (le = list_head(&msg->hdrl); le; le = le->next)
			read_header(le->data);
		read_names(msg);
		read_rest(msg, config);
		mem_deref(msg);
	}
	mem_deref(mb);

	return 0;
}
