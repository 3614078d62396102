#include "Security.h"

#include <dcmtk/dcmtls/tlslayer.h>

#include <string>

namespace {

/// The library's own words on files name OpenSSL's functions: these name the file.
void demand(const OFCondition &condition, const char *what, const char *file) {
  if (condition.good()) return;
  throw std::runtime_error(std::string(what) + " " + file + " is not usable");
}

} // namespace

std::unique_ptr<DcmTransportLayer> secured(const cdcmtk_tls *tls, T_ASC_NetworkRole role) {
  if (tls == nullptr) return nullptr;
  DcmTLSTransportLayer::initializeOpenSSL();
  auto layer = std::make_unique<DcmTLSTransportLayer>(role, nullptr, OFTrue);
  // A key with a password would be asked for on the terminal.
  layer->setPrivateKeyPasswd("");
  demand(layer->setTLSProfile(TSP_Profile_BCP195_ND));
  demand(layer->activateCipherSuites());
  demand(layer->addTrustedCertificateFile(tls->authorities, DCF_Filetype_PEM), "the authorities'",
         tls->authorities);
  demand(layer->setPrivateKeyFile(tls->key, DCF_Filetype_PEM), "the key", tls->key);
  demand(layer->setCertificateFile(tls->certificate, DCF_Filetype_PEM), "the certificate",
         tls->certificate);
  if (!layer->checkPrivateKeyMatchesCertificate()) {
    throw std::runtime_error("the key does not belong to the certificate");
  }
  layer->setCertificateVerification(DCV_requireCertificate);
  return layer;
}

extern "C" cdcmtk_status cdcmtk_check_tls(const cdcmtk_tls *tls, cdcmtk_message *message) {
  return guarded(message, [&] {
    prepareLibrary();
    secured(tls, NET_ACCEPTOR);
    return CDCMTK_OK;
  });
}
