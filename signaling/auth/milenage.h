/**
 * @file signaling/auth/milenage.h  Milenage, the functions of AKA (TS 35.206)
 *
 * Pure. Widths in bytes: K, RAND, OP and OPc 16; SQN 6; AMF 2; MAC 8; RES 8;
 * CK and IK 16; AK 6.
 */
#ifndef PARLEY_SIGNALING_AUTH_MILENAGE_H
#define PARLEY_SIGNALING_AUTH_MILENAGE_H

#include <stdint.h>

/** OPc from OP (section 4.1). @return 0; ENOTSUP: no AES in the library */
int milenage_opc(uint8_t opc[16], const uint8_t k[16], const uint8_t op[16]);

/** f1 (network authentication) and f1* (resynchronisation).
 *  @param mac_a, mac_s May be NULL. @return 0, ENOTSUP */
int milenage_f1(uint8_t mac_a[8], uint8_t mac_s[8], const uint8_t opc[16],
		const uint8_t k[16], const uint8_t rand[16],
		const uint8_t sqn[6], const uint8_t amf[2]);

/** What f2 to f5* make of one RAND */
struct milenage_vector {
	uint8_t res[8]; /**< f2 */
	uint8_t ck[16]; /**< f3 */
	uint8_t ik[16]; /**< f4 */
	uint8_t ak[6];  /**< f5 */
	uint8_t aks[6]; /**< f5*: AK of a resynchronisation */
};

/** @return 0, ENOTSUP */
int milenage_f2345(struct milenage_vector *v, const uint8_t opc[16],
		   const uint8_t k[16], const uint8_t rand[16]);

#endif
