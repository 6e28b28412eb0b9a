/**
 * @file focus/conference/number.h  The number that a telephone finds a
 * conference by
 *
 * Who has only keys calls one address for all conferences (dial_in_names) and
 * types the number of the one that he wants. Every conference has such a
 * number, of NUMBER_DIGITS digits: made of its name with a key of this
 * server, so that it is the same whenever the conference goes on, and that
 * nobody finds a name that gets somebody else's. The key is in the store;
 * without one the numbers are others after each start. A number says where a
 * conference is and opens none: what its settings ask of who comes in is
 * asked all the same. Parleyd's loop only.
 */
#ifndef PARLEY_FOCUS_CONFERENCE_NUMBER_H
#define PARLEY_FOCUS_CONFERENCE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conference;
struct focus;

enum {
	NUMBER_DIGITS = 9,
	/** As people are told it, "123 456 789", with its end */
	NUMBER_TEXT_BYTES = NUMBER_DIGITS + 3,
};

/** The store is there, or there again: the key is that of before, if it can
 *  be read. Numbers that conferences have stay */
void numbers_open(struct focus *f);

/**
 * The number for a conference
 *
 * @param name As it is kept
 * @param wish That it had, 0: none
 * @return `wish`, or what the name gives, unless another one has it
 */
uint32_t number_for(const struct focus *f, const char *name, uint32_t wish);

/**
 * The conference of a number: one that goes on, or is booked
 *
 * @param digits Hostile
 * @param name   Gets its name, POLICY_NAME_MAX + 1 bytes
 * @return false: there is none
 */
bool number_find(const struct focus *f, const char *digits, char *name);

/** Is that what telephones call to be asked for one? @param name Hostile */
bool number_is_asked_at(const struct focus *f, const char *name);

/** "123 456 789"; "" where telephones have no number to call
 *  (dial_in_names), or the conference is none that people meet in.
 *  @param dst NUMBER_TEXT_BYTES bytes */
void number_print(char *dst, const struct focus *f, const char *name,
		  uint32_t number);

#endif
