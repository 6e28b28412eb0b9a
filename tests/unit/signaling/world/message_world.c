/**
 * @file message_world.c  SIP messages as libre reads them
 */
#include <stdarg.h>
#include <string.h>
#include "tests/unit/signaling/world/message_world.h"
#include "tests/unit/unit.h"


struct sip_msg *message_of(const char *format, ...)
{
	struct mbuf *mb = mbuf_alloc(1024);
	struct sip_msg *msg = NULL;
	va_list ap;

	CU_ASSERT_PTR_NOT_NULL_FATAL(mb);
	va_start(ap, format);
	CU_ASSERT_EQUAL_FATAL(mbuf_vprintf(mb, format, ap), 0);
	va_end(ap);
	mb->pos = 0;
	CU_ASSERT_EQUAL_FATAL(sip_msg_decode(&msg, mb), 0);
	mem_deref(mb);

	return msg;
}


struct sip_msg *message_with(const char *headers, const char *body)
{
	return message_of("INVITE sip:d@example.com SIP/2.0\r\n"
			  "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
			  "From: <sip:a@example.com>;tag=1\r\n"
			  "To: <sip:d@example.com>\r\nCall-ID: 1\r\n"
			  "CSeq: 1 INVITE\r\n%sContent-Length: %zu\r\n\r\n"
			  "%strailing",
			  headers, strlen(body), body);
}
