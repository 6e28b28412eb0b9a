/**
 * @file focus/conference/secret.c  What proves that somebody is an endpoint
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <openssl/sha.h>
#include "focus/conference/secret.h"
#include "mixer/base/re.h"


void secret_make(struct secret_sum *sum, char *text)
{
	uint8_t random[(SECRET_SIZE - 1) / 2];

	rand_bytes(random, sizeof(random));
	for (size_t i = 0; i < sizeof(random); i++)
		(void)snprintf(text + 2 * i, 3, "%02x", random[i]);

	(void)secret_read(sum, text);
}


bool secret_read(struct secret_sum *sum, const char *text)
{
	sum->given = text && strlen(text) == SECRET_SIZE - 1;
	if (sum->given)
		(void)SHA256((const uint8_t *)text, SECRET_SIZE - 1,
			     sum->sha256);

	return sum->given;
}


void secret_of_address(struct secret_sum *sum, const char *aor)
{
	char text[SECRET_ADDRESS_MAX];

	/* longer than any secret, and unlike all of them */
	(void)re_snprintf(text, sizeof(text), "address %s", aor);
	for (char *p = text; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	sum->given = true;
	(void)SHA256((const uint8_t *)text, strlen(text), sum->sha256);
}


bool secret_same(const struct secret_sum *a, const struct secret_sum *b)
{
	return a->given && b->given &&
	       !mem_seccmp(a->sha256, b->sha256, sizeof(a->sha256));
}
