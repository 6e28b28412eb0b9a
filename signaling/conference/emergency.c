/**
 * @file signaling/conference/emergency.c  Emergency calls are for others (RFC
 * 5031)
 */
#include "mixer/base/log.h"
#include "signaling/conference/conference_private.h"
#include "signaling/message/target.h"
#include "signaling/session/refusal.h"
#include "signaling/session/session.h"

/** TS 24.229 section 7.6: what the terminal is to do instead */
static const char alternative[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
	"<ims-3gpp version=\"1\">\r\n"
	"<alternative-service>\r\n"
	"<type>emergency</type>\r\n"
	"<reason>Emergency calls are not served here</reason>\r\n"
	"<action>emergency-registration</action>\r\n"
	"</alternative-service>\r\n"
	"</ims-3gpp>\r\n";

bool emergency_in(struct sessions *all, const struct sip_msg *msg)
{
	if (!target_is_emergency(&msg->ruri, sessions_base(all)->config))
		return false;

	sessions_count_refused(all);
	log_warn("session", "emergency call refused status=380");
	(void)sip_treplyf(NULL, NULL, sessions_sip(all), msg, false, 380,
			  "Alternative Service",
			  "Content-Type: application/3gpp-ims+xml\r\n"
			  "Content-Disposition: render;handling=optional\r\n"
			  "Content-Length: %zu\r\n\r\n%s",
			  sizeof(alternative) - 1, alternative);

	return true;
}
