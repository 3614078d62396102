#include "Guard.h"
#include "Security.h"

#include <dcmtk/dcmnet/dstorscu.h>
#include <dcmtk/dcmnet/scppool.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <vector>

namespace {

/// A listener's options; there is one listener in a process.
struct Listener {
  std::string folder;
  std::string full;
  std::vector<std::string> callers;
  uint64_t reserve = 0;
  std::string started;
  std::atomic<unsigned long> count{0};
};

Listener &listener() {
  static Listener value;
  return value;
}

/// Makes sure that what was written, or renamed in a folder, outlives a loss of power.
bool settle(const std::string &path, int flags) {
  const int file = open(path.c_str(), flags | O_CLOEXEC);
  if (file < 0) return false;
  const bool isSettled = fsync(file) == 0;
  close(file);
  return isSettled;
}

bool hasRoom() {
  if (access(listener().full.c_str(), F_OK) == 0) return false;
  struct statvfs state = {};
  if (statvfs(listener().folder.c_str(), &state) != 0) return false;
  return static_cast<uint64_t>(state.f_bavail) * state.f_frsize >= listener().reserve;
}

/// A name without anything of the peer's in it but its title, as hexadecimal digits.
std::string newName(const OFString &title) {
  std::string name;
  for (size_t index = 0; index < title.length() && index < 16; ++index) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(title[index]));
    name += digits;
  }
  return name + "." + listener().started + "-" + std::to_string(++listener().count);
}

/// Takes objects and keeps each as a file before it says that it has it.
class Receiver : public DcmThreadSCP {
protected:
  OFBool checkCallingAETitleAccepted(const OFString &title) override {
    for (const std::string &caller : listener().callers) {
      if (title == caller.c_str()) return OFTrue;
    }
    return OFFalse;
  }

  OFBool checkCalledAETitleAccepted(const OFString &title) override {
    return title == getConfig().getAETitle();
  }

  OFCondition handleIncomingCommand(T_DIMSE_Message *message,
                                    const DcmPresentationContextInfo &context) override {
    if (message->CommandField != DIMSE_C_STORE_RQ)
      return DcmThreadSCP::handleIncomingCommand(message, context);
    T_DIMSE_C_StoreRQ &request = message->msg.CStoreRQ;
    const T_ASC_PresentationContextID place = context.presentationContextID;
    if (!hasRoom()) {
      DcmDataset *ignored = nullptr;
      const OFCondition received = receiveSTORERequest(request, place, ignored);
      delete ignored;
      if (received.bad()) return received;
      return sendSTOREResponse(place, request, STATUS_STORE_Refused_OutOfResources);
    }
    const std::string path = listener().folder + "/" + newName(getPeerAETitle());
    const std::string unfinished = path + ".part";
    const OFCondition received = receiveSTORERequest(request, place, OFString(unfinished.c_str()));
    if (received.bad()) {
      unlink(unfinished.c_str());
      return received;
    }
    const bool isKept = settle(unfinished, O_RDONLY) &&
                        std::rename(unfinished.c_str(), (path + ".dcm").c_str()) == 0 &&
                        settle(listener().folder, O_RDONLY | O_DIRECTORY);
    if (!isKept) unlink(unfinished.c_str());
    return sendSTOREResponse(place, request,
                             isKept ? STATUS_STORE_Success : STATUS_STORE_Refused_OutOfResources);
  }
};

/// Listens until the process ends.
class Pool : public DcmSCPPool<Receiver> {};

/// The classes that DCMTK itself would offer to send: an association has room for 128 contexts.
OFCondition accept(DcmSCPConfig &configuration, const char *const *syntaxes, size_t count) {
  OFList<OFString> all;
  for (size_t index = 0; index < count; ++index) all.push_back(syntaxes[index]);
  OFList<OFString> plain;
  plain.push_back(UID_LittleEndianExplicitTransferSyntax);
  plain.push_back(UID_LittleEndianImplicitTransferSyntax);
  OFCondition result =
      configuration.addPresentationContext(UID_VerificationSOPClass, plain, ASC_SC_ROLE_DEFAULT);
  for (int index = 0; result.good() && index < numberOfDcmLongSCUStorageSOPClassUIDs; ++index) {
    result = configuration.addPresentationContext(dcmLongSCUStorageSOPClassUIDs[index], all,
                                                  ASC_SC_ROLE_DEFAULT);
  }
  return result;
}

/// What encrypts a caller's connection: a base, since it must outlive the association.
struct Encryption {
  std::unique_ptr<DcmTransportLayer> layer;
};

/// One that calls a peer, over an encrypted connection where the options say so.
template <typename Base> class Caller : private Encryption, public Base {
public:
  explicit Caller(const cdcmtk_peer &options)
      : Encryption{secured(options.tls, NET_REQUESTOR)} {
    Base::setAETitle(options.calling);
    Base::setPeerHostName(options.host);
    Base::setPeerPort(options.port);
    Base::setPeerAETitle(options.called);
    Base::setConnectionTimeout(static_cast<Sint32>(options.seconds));
    Base::setACSETimeout(options.seconds);
    Base::setDIMSETimeout(options.seconds);
    Base::setDIMSEBlockingMode(DIMSE_NONBLOCKING);
  }
  /// Opens the network, for a new association.
  void begin() {
    demand(Base::initNetwork());
    if (layer) demand(Base::useSecureConnection(layer.get()));
  }
};

/// Sends objects and remembers what the peer answered to each.
class Sender : public Caller<DcmStorageSCU> {
public:
  using Caller<DcmStorageSCU>::Caller;
  size_t accepted = 0;
  unsigned status = 0;

protected:
  void notifySOPInstanceSent(const TransferEntry &entry) override {
    // Warnings (Bxxx) mean that the peer has the object.
    const unsigned code = entry.ResponseStatusCode;
    if (entry.RequestSent && (code == 0 || (code & 0xf000) == 0xb000)) {
      ++accepted;
    } else {
      status = code;
    }
  }
};

} // namespace

extern "C" cdcmtk_status cdcmtk_listen(const cdcmtk_listener *options, cdcmtk_message *message) {
  return guarded(message, [&] {
    prepareLibrary();
    Listener &shared = listener();
    shared.folder = options->folder;
    shared.full = options->full;
    shared.reserve = options->reserve;
    shared.callers.assign(options->callers, options->callers + options->caller_count);
    shared.started = options->prefix;
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit size{options->largest, options->largest};
    setrlimit(RLIMIT_FSIZE, &size);
    const auto layer = secured(options->tls, NET_ACCEPTOR);
    Pool pool;
    DcmSCPConfig &configuration = pool.getConfig();
    configuration.setAETitle(options->title);
    configuration.setPort(options->port);
    configuration.setTransportLayer(layer.get());
    configuration.setHostLookupEnabled(OFFalse);
    configuration.setMaxReceivePDULength(ASC_MAXIMUMPDUSIZE);
    configuration.setConnectionBlockingMode(DUL_BLOCK);
    configuration.setDIMSEBlockingMode(DIMSE_NONBLOCKING);
    configuration.setDIMSETimeout(options->seconds);
    configuration.setACSETimeout(options->seconds);
    demand(accept(configuration, options->syntaxes, options->syntax_count));
    pool.setMaxThreads(static_cast<Uint16>(options->associations));
    demand(pool.listen());
    return CDCMTK_OK;
  });
}

extern "C" cdcmtk_status cdcmtk_send(const cdcmtk_peer *options, const char *const *files,
                                     size_t count, cdcmtk_message *message) {
  return guarded(message, [&] {
    prepareLibrary();
    std::signal(SIGPIPE, SIG_IGN);
    Sender sender(*options);
    sender.setHaltOnInvalidFileMode(OFTrue);
    sender.setHaltOnUnsuccessfulStoreMode(OFFalse);
    for (size_t index = 0; index < count; ++index) demand(sender.addDicomFile(files[index]));
    while (sender.getNumberOfSOPInstancesToBeSent() > 0) {
      const size_t before = sender.getNumberOfSOPInstancesToBeSent();
      demand(sender.addPresentationContexts());
      sender.begin();
      demand(sender.negotiateAssociation());
      demand(sender.sendSOPInstances());
      demand(sender.releaseAssociation());
      if (sender.getNumberOfSOPInstancesToBeSent() == before) break;
    }
    if (sender.accepted != count) {
      char text[96];
      std::snprintf(text, sizeof text, "it took %zu of %zu objects, and answered status %04X",
                    sender.accepted, count, sender.status);
      throw std::runtime_error(text);
    }
    return CDCMTK_OK;
  });
}

extern "C" cdcmtk_status cdcmtk_echo(const cdcmtk_peer *options, cdcmtk_message *message) {
  return guarded(message, [&] {
    prepareLibrary();
    std::signal(SIGPIPE, SIG_IGN);
    Caller<DcmSCU> peer(*options);
    OFList<OFString> syntaxes;
    syntaxes.push_back(UID_LittleEndianImplicitTransferSyntax);
    demand(peer.addPresentationContext(UID_VerificationSOPClass, syntaxes));
    peer.begin();
    demand(peer.negotiateAssociation());
    demand(peer.sendECHORequest(0));
    demand(peer.releaseAssociation());
    return CDCMTK_OK;
  });
}
