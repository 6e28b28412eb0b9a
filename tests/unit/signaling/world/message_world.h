/**
 * @file message_world.h  SIP messages as libre reads them
 */
#ifndef PARLEY_TESTS_UNIT_SIGNALING_WORLD_MESSAGE_WORLD_H
#define PARLEY_TESTS_UNIT_SIGNALING_WORLD_MESSAGE_WORLD_H

#include "mixer/base/re.h"

/** A message of this text, in libre's re_printf() form; it must be one.
 *  mem_deref() it */
struct sip_msg *message_of(const char *format, ...);

/** An INVITE with these header lines and this body, which bytes follow that
 *  are none of it */
struct sip_msg *message_with(const char *headers, const char *body);

#endif
