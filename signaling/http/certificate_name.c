/**
 * @file signaling/http/certificate_name.c  Whom a certificate names (RFC 5922
 * section 7)
 */
#include <string.h>
#include <strings.h>
#include <openssl/x509v3.h>
#include "signaling/http/certificate.h"


/** Without wildcards (section 7.2). A zero byte within is no end */
static bool is_name(const ASN1_STRING *s, size_t skip, const char *host)
{
	const char *p = (const char *)ASN1_STRING_get0_data(s) + skip;
	const size_t len = strlen(host);

	return (size_t)ASN1_STRING_length(s) == skip + len &&
	       !strncasecmp(p, host, len) && !memchr(p, '\0', len);
}


/** A URI that is an identity is sip: and a domain alone (section 7.1) */
static bool is_sip_identity(const ASN1_STRING *s)
{
	static const char scheme[] = "sip:";
	const char *p = (const char *)ASN1_STRING_get0_data(s);
	const size_t len = (size_t)ASN1_STRING_length(s);

	return len > sizeof(scheme) - 1 &&
	       !strncasecmp(p, scheme, sizeof(scheme) - 1) &&
	       !memchr(p, '@', len);
}


/** @param names Set to true: there are some, so the Common Name is none */
static bool is_alternative(X509 *cert, const char *host, bool *names)
{
	GENERAL_NAMES *v =
		X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	bool found = false;
	int i;

	*names = false;
	for (i = 0; v && i < sk_GENERAL_NAME_num(v) && !found; i++) {
		const GENERAL_NAME *one = sk_GENERAL_NAME_value(v, i);
		const bool uri =
			one->type == GEN_URI && is_sip_identity(one->d.ia5);

		if (!uri && one->type != GEN_DNS)
			continue;
		*names = true;
		found = is_name(one->d.ia5, uri ? 4 : 0, host);
	}
	GENERAL_NAMES_free(v);

	return found;
}


bool certificate_is_for(struct x509_st *cert, const char *host)
{
	X509_NAME *subject;
	char name[256];
	size_t len;
	bool names;
	int i = -1;

	if (!cert || !host)
		return false;

	len = strlen(host);
	if (len && host[len - 1] == '.')
		--len;
	if (!len || len >= sizeof(name))
		return false;
	memcpy(name, host, len);
	name[len] = '\0';

	if (is_alternative(cert, name, &names))
		return true;
	if (names)
		return false;

	subject = X509_get_subject_name(cert);
	while ((i = X509_NAME_get_index_by_NID(subject, NID_commonName, i)) >=
	       0) {
		if (is_name(X509_NAME_ENTRY_get_data(
				    X509_NAME_get_entry(subject, i)),
			    0, name))
			return true;
	}

	return false;
}
