/**
 * @file signaling/message/session_id.c  Session-ID, end to end (RFC 7989)
 */
#include <ctype.h>
#include <string.h>
#include "signaling/message/session_id.h"
#include "signaling/message/sip_lines.h"

static const char nil[] = "00000000000000000000000000000000";

void session_id_read(struct session_id *id, const struct sip_msg *msg)
{
	const struct sip_hdr *hdr = sip_msg_xhdr(msg, "Session-ID");
	char text[UUID_SIZE];
	struct pl value;
	size_t i;

	if (!hdr)
		return;
	value = hdr->val;
	for (i = 0; i < value.l && value.p[i] != ';'; i++)
		;
	value.l = i;
	sip_lines_trim(&value);
	if (value.l != sizeof(text) - 1)
		return;
	for (i = 0; i < value.l; i++) {
		if (!isxdigit((unsigned char)value.p[i]))
			return;
		text[i] = (char)tolower((unsigned char)value.p[i]);
	}
	text[i] = '\0';
	if (strcmp(text, nil) != 0)
		memcpy(id->remote, text, sizeof(id->remote));
}

int session_id_print(struct re_printf *pf, const struct session_id *id)
{
	if (!id || !id->local[0])
		return 0;

	return re_hprintf(pf, "Session-ID: %s;remote=%s\r\n", id->local,
			  id->remote[0] ? id->remote : nil);
}
