/**
 * @file focus/conference/secret.c  What proves that somebody is an endpoint
 */
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


bool secret_same(const struct secret_sum *a, const struct secret_sum *b)
{
	return a->given && b->given &&
	       !mem_seccmp(a->sha256, b->sha256, sizeof(a->sha256));
}
