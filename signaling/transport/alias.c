/**
 * @file signaling/transport/alias.c  Header names that libre takes for others
 */
#include "signaling/transport/alias.h"


/** What libre keeps of a hash */
enum { LIBRE_ID_MASK = 0xfff };

/** Every header that libre knows, and what may look like one */
static const struct {
	enum sip_hdrid id;
	const char *name;
} known[] = {
	{SIP_HDR_ACCEPT, "Accept"},
	{SIP_HDR_ACCEPT_CONTACT, "Accept-Contact"},
	{SIP_HDR_ACCEPT_ENCODING, "Accept-Encoding"},
	{SIP_HDR_ACCEPT_LANGUAGE, "Accept-Language"},
	{SIP_HDR_ACCEPT_RESOURCE_PRIORITY, "Accept-Resource-Priority"},
	{SIP_HDR_ALERT_INFO, "Alert-Info"},
	{SIP_HDR_ALLOW, "Allow"},
	{SIP_HDR_ALLOW_EVENTS, "Allow-Events"},
	{SIP_HDR_ANSWER_MODE, "Answer-Mode"},
	{SIP_HDR_AUTHENTICATION_INFO, "Authentication-Info"},
	{SIP_HDR_AUTHORIZATION, "Authorization"},
	{SIP_HDR_CALL_ID, "Call-ID"},
	{SIP_HDR_CALL_INFO, "Call-Info"},
	{SIP_HDR_CONTACT, "Contact"},
	{SIP_HDR_CONTENT_DISPOSITION, "Content-Disposition"},
	{SIP_HDR_CONTENT_ENCODING, "Content-Encoding"},
	{SIP_HDR_CONTENT_LANGUAGE, "Content-Language"},
	{SIP_HDR_CONTENT_LENGTH, "Content-Length"},
	{SIP_HDR_CONTENT_TYPE, "Content-Type"},
	{SIP_HDR_CSEQ, "CSeq"},
	{SIP_HDR_DATE, "Date"},
	{SIP_HDR_ENCRYPTION, "Encryption"},
	{SIP_HDR_ERROR_INFO, "Error-Info"},
	{SIP_HDR_EVENT, "Event"},
	{SIP_HDR_EXPIRES, "Expires"},
	{SIP_HDR_FLOW_TIMER, "Flow-Timer"},
	{SIP_HDR_FROM, "From"},
	{SIP_HDR_HIDE, "Hide"},
	{SIP_HDR_HISTORY_INFO, "History-Info"},
	{SIP_HDR_IDENTITY, "Identity"},
	{SIP_HDR_IDENTITY_INFO, "Identity-Info"},
	{SIP_HDR_IN_REPLY_TO, "In-Reply-To"},
	{SIP_HDR_JOIN, "Join"},
	{SIP_HDR_MAX_BREADTH, "Max-Breadth"},
	{SIP_HDR_MAX_FORWARDS, "Max-Forwards"},
	{SIP_HDR_MIME_VERSION, "MIME-Version"},
	{SIP_HDR_MIN_EXPIRES, "Min-Expires"},
	{SIP_HDR_MIN_SE, "Min-SE"},
	{SIP_HDR_ORGANIZATION, "Organization"},
	{SIP_HDR_P_ACCESS_NETWORK_INFO, "P-Access-Network-Info"},
	{SIP_HDR_P_ANSWER_STATE, "P-Answer-State"},
	{SIP_HDR_P_ASSERTED_IDENTITY, "P-Asserted-Identity"},
	{SIP_HDR_P_ASSOCIATED_URI, "P-Associated-URI"},
	{SIP_HDR_P_CALLED_PARTY_ID, "P-Called-Party-ID"},
	{SIP_HDR_P_CHARGING_FUNCTION_ADDRESSES,
	 "P-Charging-Function-Addresses"},
	{SIP_HDR_P_CHARGING_VECTOR, "P-Charging-Vector"},
	{SIP_HDR_P_DCS_TRACE_PARTY_ID, "P-DCS-Trace-Party-ID"},
	{SIP_HDR_P_DCS_OSPS, "P-DCS-OSPS"},
	{SIP_HDR_P_DCS_BILLING_INFO, "P-DCS-Billing-Info"},
	{SIP_HDR_P_DCS_LAES, "P-DCS-LAES"},
	{SIP_HDR_P_DCS_REDIRECT, "P-DCS-Redirect"},
	{SIP_HDR_P_EARLY_MEDIA, "P-Early-Media"},
	{SIP_HDR_P_MEDIA_AUTHORIZATION, "P-Media-Authorization"},
	{SIP_HDR_P_PREFERRED_IDENTITY, "P-Preferred-Identity"},
	{SIP_HDR_P_PROFILE_KEY, "P-Profile-Key"},
	{SIP_HDR_P_REFUSED_URI_LIST, "P-Refused-URI-List"},
	{SIP_HDR_P_SERVED_USER, "P-Served-User"},
	{SIP_HDR_P_USER_DATABASE, "P-User-Database"},
	{SIP_HDR_P_VISITED_NETWORK_ID, "P-Visited-Network-ID"},
	{SIP_HDR_PATH, "Path"},
	{SIP_HDR_PERMISSION_MISSING, "Permission-Missing"},
	{SIP_HDR_PRIORITY, "Priority"},
	{SIP_HDR_PRIV_ANSWER_MODE, "Priv-Answer-Mode"},
	{SIP_HDR_PRIVACY, "Privacy"},
	{SIP_HDR_PROXY_AUTHENTICATE, "Proxy-Authenticate"},
	{SIP_HDR_PROXY_AUTHORIZATION, "Proxy-Authorization"},
	{SIP_HDR_PROXY_REQUIRE, "Proxy-Require"},
	{SIP_HDR_RACK, "RAck"},
	{SIP_HDR_REASON, "Reason"},
	{SIP_HDR_RECORD_ROUTE, "Record-Route"},
	{SIP_HDR_REFER_SUB, "Refer-Sub"},
	{SIP_HDR_REFER_TO, "Refer-To"},
	{SIP_HDR_REFERRED_BY, "Referred-By"},
	{SIP_HDR_REJECT_CONTACT, "Reject-Contact"},
	{SIP_HDR_REPLACES, "Replaces"},
	{SIP_HDR_REPLY_TO, "Reply-To"},
	{SIP_HDR_REQUEST_DISPOSITION, "Request-Disposition"},
	{SIP_HDR_REQUIRE, "Require"},
	{SIP_HDR_RESOURCE_PRIORITY, "Resource-Priority"},
	{SIP_HDR_RESPONSE_KEY, "Response-Key"},
	{SIP_HDR_RETRY_AFTER, "Retry-After"},
	{SIP_HDR_ROUTE, "Route"},
	{SIP_HDR_RSEQ, "RSeq"},
	{SIP_HDR_SECURITY_CLIENT, "Security-Client"},
	{SIP_HDR_SECURITY_SERVER, "Security-Server"},
	{SIP_HDR_SECURITY_VERIFY, "Security-Verify"},
	{SIP_HDR_SERVER, "Server"},
	{SIP_HDR_SERVICE_ROUTE, "Service-Route"},
	{SIP_HDR_SESSION_EXPIRES, "Session-Expires"},
	{SIP_HDR_SIP_ETAG, "SIP-ETag"},
	{SIP_HDR_SIP_IF_MATCH, "SIP-If-Match"},
	{SIP_HDR_SUBJECT, "Subject"},
	{SIP_HDR_SUBSCRIPTION_STATE, "Subscription-State"},
	{SIP_HDR_SUPPORTED, "Supported"},
	{SIP_HDR_TARGET_DIALOG, "Target-Dialog"},
	{SIP_HDR_TIMESTAMP, "Timestamp"},
	{SIP_HDR_TO, "To"},
	{SIP_HDR_TRIGGER_CONSENT, "Trigger-Consent"},
	{SIP_HDR_UNSUPPORTED, "Unsupported"},
	{SIP_HDR_USER_AGENT, "User-Agent"},
	{SIP_HDR_VIA, "Via"},
	{SIP_HDR_WARNING, "Warning"},
	{SIP_HDR_WWW_AUTHENTICATE, "WWW-Authenticate"},
	/* taken for Supported, where it does no harm; we read it by name */
	{SIP_HDR_SUPPORTED, "Content-Transfer-Encoding"},
};


bool alias_is(const struct pl *name)
{
	const enum sip_hdrid id =
		(enum sip_hdrid)(hash_joaat_pl_ci(name) & LIBRE_ID_MASK);
	bool alias = false;
	size_t i;

	/* compact forms are read as such */
	if (name->l < 2)
		return false;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		if (known[i].id != id)
			continue;
		if (!pl_strcasecmp(name, known[i].name))
			return false;
		alias = true;
	}

	return alias;
}
