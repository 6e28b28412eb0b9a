/**
 * @file signaling/auth/aka.c  A terminal's side of AKA (TS 33.102 section 6.3)
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <openssl/crypto.h>
#include "signaling/auth/aka.h"
#include "signaling/auth/milenage.h"


/** Largest jump ahead (delta of annex C.2.2), so that nobody wears out the
 *  numbers */
#define SEQ_STEP_MAX (UINT64_C(1) << 28)

enum { PATH_MAX_BYTES = 512 };


static uint64_t sqn_number(const uint8_t sqn[6])
{
	uint64_t n = 0;

	for (size_t i = 0; i < 6; i++)
		n = n << 8 | sqn[i];

	return n;
}


static void sqn_bytes(uint8_t sqn[6], uint64_t n)
{
	for (size_t i = 6; i-- > 0; n >>= 8)
		sqn[i] = n & 0xff;
}


uint64_t aka_window_highest(const struct aka_window *w)
{
	uint64_t highest = 0;

	for (size_t i = 0; i < AKA_IND_COUNT; i++) {
		uint64_t sqn;

		if (!w->next[i])
			continue;
		sqn = (w->next[i] - 1) << AKA_IND_BITS | i;
		if (sqn > highest)
			highest = sqn;
	}

	return highest;
}


bool aka_window_accept(struct aka_window *w, uint64_t sqn)
{
	const uint64_t seq = sqn >> AKA_IND_BITS;
	const uint64_t highest = aka_window_highest(w) >> AKA_IND_BITS;
	uint64_t *next = &w->next[sqn & (AKA_IND_COUNT - 1)];

	if (seq < *next)
		return false;
	/* The first number ever may be any: the home network has counted
	   before we were there. */
	if (highest && seq > highest && seq - highest > SEQ_STEP_MAX)
		return false;

	*next = seq + 1;

	return true;
}


/** AUTS = (SQN_MS xor AK*) || MAC-S; its AMF is zero (6.3.3) */
static enum aka_verdict make_auts(struct aka_answer *answer,
				  const struct aka_card *card,
				  const uint8_t rand[16],
				  const struct milenage_vector *v)
{
	static const uint8_t amf[2] = {0, 0};
	uint8_t sqn[6];

	sqn_bytes(sqn, aka_window_highest(&card->window));
	if (milenage_f1(NULL, answer->auts + 6, card->opc, card->k, rand, sqn,
			amf))
		return AKA_FAILURE;
	for (size_t i = 0; i < 6; i++)
		answer->auts[i] = sqn[i] ^ v->aks[i];

	return AKA_SYNC;
}


enum aka_verdict aka_answer(struct aka_answer *answer, struct aka_card *card,
			    const uint8_t nonce[AKA_NONCE_BYTES])
{
	const uint8_t *rand = nonce, *autn = nonce + 16;
	const uint8_t *amf = autn + 6, *mac = autn + 8;
	struct milenage_vector v;
	enum aka_verdict verdict;
	uint8_t sqn[6], expected[8];

	memset(answer, 0, sizeof(*answer));
	if (milenage_f2345(&v, card->opc, card->k, rand))
		return AKA_FAILURE;
	for (size_t i = 0; i < 6; i++)
		sqn[i] = autn[i] ^ v.ak[i];

	if (milenage_f1(expected, NULL, card->opc, card->k, rand, sqn, amf))
		verdict = AKA_FAILURE;
	else if (CRYPTO_memcmp(expected, mac, sizeof(expected)) ||
		 (card->amf_given && memcmp(card->amf, amf, 2) != 0))
		verdict = AKA_MAC;
	else if (!aka_window_accept(&card->window, sqn_number(sqn)))
		verdict = make_auts(answer, card, rand, &v);
	else {
		memcpy(answer->res, v.res, sizeof(answer->res));
		verdict = AKA_RES;
	}
	OPENSSL_cleanse(&v, sizeof(v));

	return verdict;
}


/* ------------------------------------------------------------------ file */

int aka_window_load(struct aka_window *w, const char *path)
{
	struct aka_window fresh;
	FILE *f = fopen(path, "re");
	int err = 0;

	if (!f)
		return errno;

	for (size_t i = 0; i < AKA_IND_COUNT && !err; i++) {
		if (fscanf(f, "%13" SCNu64, &fresh.next[i]) != 1 ||
		    fresh.next[i] > UINT64_C(1) << (48 - AKA_IND_BITS))
			err = EBADMSG;
	}
	(void)fclose(f);
	if (!err)
		*w = fresh;

	return err;
}


int aka_window_save(const struct aka_window *w, const char *path)
{
	char next[PATH_MAX_BYTES];
	FILE *f = NULL;
	int fd, err = 0;

	if ((size_t)snprintf(next, sizeof(next), "%s.next", path) >=
	    sizeof(next))
		return ENAMETOOLONG;

	/* a new one: no link can lead elsewhere */
	(void)unlink(next);
	fd = open(next, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0)
		f = fdopen(fd, "w");
	if (!f) {
		err = errno;
		if (fd >= 0)
			(void)close(fd);
		return err;
	}

	for (size_t i = 0; i < AKA_IND_COUNT; i++)
		(void)fprintf(f, "%" PRIu64 "\n", w->next[i]);
	if (fflush(f) || ferror(f))
		err = errno ? errno : EIO;
	(void)fclose(f);
	if (!err && rename(next, path))
		err = errno;

	return err;
}
