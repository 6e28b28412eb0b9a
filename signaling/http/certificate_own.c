/**
 * @file signaling/http/certificate_own.c  What our own certificate names
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <openssl/x509v3.h>
#include "focus/config/config.h"
#include "signaling/http/certificate_own.h"


static void add(struct certificate_names *n, const char *text)
{
	struct sa sa;

	for (size_t i = 0; i < n->count; i++) {
		if (!strcasecmp(n->of[i].text, text))
			return;
	}
	if (n->count == CERTIFICATE_NAMES_MAX ||
	    strlen(text) >= CERTIFICATE_NAME_BYTES)
		return;

	n->of[n->count].address = !sa_set_str(&sa, text, 0);
	str_ncpy(n->of[n->count++].text, text, CERTIFICATE_NAME_BYTES);
}


static void add_address(struct certificate_names *n, const struct sa *sa)
{
	char text[64];

	if (!sa_is_any(sa) && re_snprintf(text, sizeof(text), "%j", sa) > 0)
		add(n, text);
}


static void add_addresses(struct certificate_names *n, const struct sa v[],
			  size_t count)
{
	for (size_t i = 0; i < count; i++)
		add_address(n, &v[i]);
}


void certificate_names(struct certificate_names *n, const struct config *c,
		       bool found)
{
	char name[200] = "localhost";
	const struct sa *outside;

	memset(n, 0, sizeof(*n));
	if (str_isset(c->domain))
		str_ncpy(name, c->domain, sizeof(name));
	else
		(void)gethostname(name, sizeof(name) - 1);

	add(n, name);
	add(n, "localhost");
	add(n, "127.0.0.1");
	add(n, "::1");
	for (size_t i = 0; (outside = config_advertised(c, i)) != NULL; i++)
		add_address(n, outside);
	add_addresses(n, c->https_listen, c->https_listen_count);
	add_addresses(n, c->sip_tls_listen, c->sip_tls_listen_count);
	if (found || !c->media_found)
		add_addresses(n, c->media_address, c->media_address_count);
}


bool certificate_has_names(struct x509_st *cert,
			   const struct certificate_names *n)
{
	for (size_t i = 0; i < n->count; i++) {
		const char *text = n->of[i].text;
		int ok = n->of[i].address
				 ? X509_check_ip_asc(cert, text, 0)
				 : X509_check_host(cert, text, 0, 0, NULL);

		if (ok != 1)
			return false;
	}

	return true;
}
