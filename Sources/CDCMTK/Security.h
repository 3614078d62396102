#pragma once

#include "Guard.h"

#include <dcmtk/dcmnet/assoc.h>
#include <dcmtk/dcmnet/dcmlayer.h>

#include <memory>

/// The transport layer that encrypts connections, by TLS 1.2 or later (PS3.15, B.12); both sides show
/// certificates. A null pointer where `tls` is one.
std::unique_ptr<DcmTransportLayer> secured(const cdcmtk_tls *tls, T_ASC_NetworkRole role);
