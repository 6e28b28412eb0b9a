/**
 * @file signaling/message/identity.h  Who asks (RFC 3325, 3323, TS 24.229)
 *
 * From a trusted next hop P-Asserted-Identity says it; else who proved itself
 * by digest is that user; else From is taken as a claim. Privacy is kept with
 * it. Pure but for the configuration's list of trusted hosts.
 */
#ifndef PARLEY_SIGNALING_MESSAGE_IDENTITY_H
#define PARLEY_SIGNALING_MESSAGE_IDENTITY_H

#include <stdbool.h>
#include "mixer/base/re.h"

struct config;
struct flow_info;

/** Instead of an address that nobody is to see (RFC 3323 section 4.1.1.3) */
#define IDENTITY_ANONYMOUS "sip:anonymous@anonymous.invalid"

/** Who asks; strings are clean and owned by it */
struct identity {
	char *aor; /**< "sip:alice@example.com", tel: as sip:+1..;user=phone
			is not rewritten: "tel:+1..." stays */
	char *display;  /**< NULL: none */
	bool trusted;   /**< it came by a trusted host */
	bool known;     /**< asserted by a trusted host, or proved by digest */
	bool anonymous; /**< Privacy: id, user or header */
};

/**
 * Read it
 *
 * @param idp  Set; free with mem_deref()
 * @param user AOR that digest proved for this request (auth_check()), or NULL
 * @return 0; EBADMSG (no usable From); ENOTSUP (Privacy is critical and asks
 *         for what is unknown here: RFC 3323 section 5 wants 500); ENOMEM
 */
int identity_read(struct identity **idp, const struct sip_msg *msg,
		  const struct flow_info *flow, const char *user,
		  const struct config *config);

/**
 * Read who has answered a request of ours, from its 2xx. From is ours there
 * and To what we said: only what a trusted host asserts names it, and Privacy
 * is kept; one that is critical and unknown hides it.
 *
 * @param idp Set; free with mem_deref(). aor is NULL if nothing is asserted
 * @return 0, ENOMEM
 */
int identity_read_answer(struct identity **idp, const struct sip_msg *msg,
			 const struct flow_info *flow,
			 const struct config *config);

/**
 * Address-of-record of a sip:, sips: or tel: URI; of a tel: URI without visual
 * separators (RFC 3966 section 3), with the context of a local number
 *
 * @return 0; EBADMSG another scheme, or as header_aor(); ENOMEM
 */
int identity_aor(char **dst, const struct uri *uri);

/** Is this flow's far end in trusted_hosts? A WebSocket's never is: terminals
 *  are outside the trust domain */
bool identity_flow_trusted(const struct config *config,
			   const struct flow_info *flow);

/** Does this flow's far end stand for many, who share its address: a trusted
 *  host, or a WebSocket that one or a web server on our own host hands on? */
bool identity_is_shared(const struct config *config,
			const struct flow_info *flow);

/**
 * Whose the rates of a source are: the far end's host; where that is a trusted
 * one or our own that hands browsers on, each WebSocket is a source of its own
 *
 * @param source Set; for such a WebSocket to an address that no host has
 */
void identity_source(struct sa *source, const struct config *config,
		     const struct flow_info *flow);

/** Has this host no rates of connections and requests, being a trusted one or
 *  our own? @param config A struct config */
bool identity_host_is_free(const struct sa *host, const void *config);

/** Who we are to the next hop of a message of ours */
struct identity_ours {
	const char *uri; /**< the conference's public URI */
	bool trusted;    /**< next hop, identity_flow_trusted() */
};

/** P-Asserted-Identity of ours; nothing for an untrusted next hop (RFC 3325
 *  section 7) */
int identity_print(struct re_printf *pf, const struct identity_ours *ours);

#endif
