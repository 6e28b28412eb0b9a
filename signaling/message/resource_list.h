/**
 * @file signaling/message/resource_list.h  Lists of addresses (RFC 4826, 5363,
 * 5364)
 *
 * What an INVITE brings to have others dialled: an XML document of entries,
 * perhaps in lists within lists. No entity, DTD, network or file is ever
 * touched. References to lists elsewhere are passed over, as RFC 5363 section
 * 4.1 lets a server do. Pure.
 */
#ifndef PARLEY_SIGNALING_MESSAGE_RESOURCE_LIST_H
#define PARLEY_SIGNALING_MESSAGE_RESOURCE_LIST_H

#include <stdbool.h>
#include <stddef.h>

enum {
	RESOURCE_LIST_DEPTH_MAX = 8,          /**< lists within lists */
	RESOURCE_LIST_BYTES_MAX = 128 * 1024, /**< of a document */
};

/** Content-Type and Content-Disposition of what is read here */
#define RESOURCE_LIST_TYPE        "application/resource-lists+xml"
#define RESOURCE_LIST_DISPOSITION "recipient-list"

/** How an address is to be shown to the others (RFC 5364 section 4) */
enum resource_copy {
	RESOURCE_BCC, /**< not at all; what says nothing is that, too */
	RESOURCE_TO,
	RESOURCE_CC,
};

/** One address; strings are clean and owned by the list */
struct resource {
	char *uri; /**< sip:, sips: or tel:, without headers and password */
	char *aor; /**< the address-of-record in it */
	char *display; /**< NULL: none */
	enum resource_copy copy;
	bool anonymize; /**< its address is not shown */
};

struct resource_list {
	struct resource *v; /**< in the order of the document, none twice */
	size_t count;
};

/**
 * Read a document
 *
 * @param lp  Set; free with mem_deref(). It may be empty
 * @param max Most addresses
 * @return 0; EBADMSG no such document, with a DOCTYPE, too deep, or with an
 *         entry that cannot be dialled; E2BIG more than max; ENOMEM
 */
int resource_list_read(struct resource_list **lp, const char *xml, size_t len,
		       size_t max);

/**
 * Document for recipient-list-history (RFC 5366 section 5.2): To and Cc as
 * they are, the anonymized counted
 *
 * @param dst Set, NULL when there is nothing to show; free with mem_deref()
 * @return 0, ENOMEM
 */
int resource_list_history(char **dst, const struct resource_list *list);

#endif
