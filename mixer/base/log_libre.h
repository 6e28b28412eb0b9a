/**
 * @file mixer/base/log_libre.h  What libre says, through log.h
 *
 * libre prints coloured lines on stderr, some of them about what a peer sent
 * (a TLS handshake that failed). Escaped and on one line each, at most
 * LOG_LIBRE_BURST in LOG_LIBRE_INTERVAL_MS: a peer must not fill the log.
 */
#ifndef PARLEY_MIXER_BASE_LOG_LIBRE_H
#define PARLEY_MIXER_BASE_LOG_LIBRE_H

enum { LOG_LIBRE_BURST = 8, LOG_LIBRE_INTERVAL_MS = 10000 };

/** From now on. Its warnings keep their level, all else is for debugging.
 *  Call once, after libre_init(), before other threads start */
void log_libre_start(void);

#endif
