/**
 * @file focus/settings/pin.c  A number that lets somebody into a conference
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <openssl/evp.h>
#include "focus/settings/pin.h"
#include "mixer/base/re.h"


/** Some milliseconds: parleyd's loop makes one for each try */
enum { ROUNDS = 5000 };


bool pin_is_good(const char *digits)
{
	const size_t len = digits ? strlen(digits) : 0;

	return len >= PIN_DIGITS_MIN && len <= PIN_DIGITS_MAX &&
	       strspn(digits, "0123456789") == len;
}


/** @return false: it could not be made */
static bool make_sum(uint8_t sum[PIN_SUM_BYTES],
		     const uint8_t salt[PIN_SALT_BYTES], const char *digits)
{
	return PKCS5_PBKDF2_HMAC(digits, (int)strlen(digits), salt,
				 PIN_SALT_BYTES, ROUNDS, EVP_sha256(),
				 PIN_SUM_BYTES, sum) == 1;
}


int pin_set(struct pin *pin, const char *digits)
{
	struct pin fresh = {.given = digits && *digits};

	if (!digits || (fresh.given && !pin_is_good(digits)))
		return EINVAL;

	if (fresh.given) {
		rand_bytes(fresh.salt, sizeof(fresh.salt));
		if (!make_sum(fresh.sum, fresh.salt, digits))
			return EIO;
	}
	*pin = fresh;

	return 0;
}


bool pin_is(const struct pin *pin, const char *digits)
{
	uint8_t sum[PIN_SUM_BYTES];

	return pin->given && pin_is_good(digits) &&
	       make_sum(sum, pin->salt, digits) &&
	       !mem_seccmp(sum, pin->sum, sizeof(sum));
}


static char *print_hex(char *text, const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++, text += 2)
		(void)snprintf(text, 3, "%02x", bytes[i]);

	return text;
}


void pin_print(char *text, const struct pin *pin)
{
	*text = '\0';
	if (pin->given)
		(void)print_hex(print_hex(text, pin->salt, sizeof(pin->salt)),
				pin->sum, sizeof(pin->sum));
}


bool pin_read(struct pin *pin, const char *text)
{
	char salt[2 * PIN_SALT_BYTES + 1];
	struct pin read = {.given = text && *text};

	if (!text || (read.given && strlen(text) != PIN_TEXT_BYTES - 1))
		return false;

	if (read.given) {
		(void)str_ncpy(salt, text, sizeof(salt));
		if (str_hex(read.salt, sizeof(read.salt), salt) ||
		    str_hex(read.sum, sizeof(read.sum),
			    text + sizeof(salt) - 1))
			return false;
	}
	*pin = read;

	return true;
}
