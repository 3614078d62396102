#include "Guard.h"

#include <cstring>
#include <memory>
#include <vector>

DcmSequenceOfItems *sequence(DcmElement *element) {
  // Encapsulated pixels are a sequence of fragments, not of items.
  if (element->ident() == EVR_pixelSQ) return nullptr;
  return dynamic_cast<DcmSequenceOfItems *>(element);
}

extern "C" cdcmtk_element *cdcmtk_next_element(cdcmtk_item *handle,
                                               const cdcmtk_element *previous) {
  auto *next = item(handle)->nextInContainer(element(previous));
  return reinterpret_cast<cdcmtk_element *>(static_cast<DcmElement *>(next));
}

extern "C" uint32_t cdcmtk_tag(const cdcmtk_element *handle) {
  const DcmTag &tag = element(handle)->getTag();
  return static_cast<uint32_t>(tag.getGroup()) << 16 | tag.getElement();
}

extern "C" void cdcmtk_representation(const cdcmtk_element *handle, char letters[3]) {
  const char *name = DcmVR(element(handle)->getVR()).getValidVRName();
  letters[0] = name[0];
  letters[1] = name[1];
  letters[2] = 0;
}

extern "C" int cdcmtk_is_sequence(const cdcmtk_element *handle) {
  return sequence(const_cast<DcmElement *>(element(handle))) != nullptr;
}

extern "C" cdcmtk_item *cdcmtk_next_item(cdcmtk_element *handle, const cdcmtk_item *previous) {
  DcmSequenceOfItems *items = sequence(element(handle));
  if (items == nullptr) return nullptr;
  auto *next = items->nextInContainer(reinterpret_cast<const DcmItem *>(previous));
  return reinterpret_cast<cdcmtk_item *>(static_cast<DcmItem *>(next));
}

extern "C" size_t cdcmtk_value_size(cdcmtk_element *handle) {
  return element(handle)->getLength(EXS_LittleEndianExplicit, EET_ExplicitLength);
}

extern "C" cdcmtk_status cdcmtk_copy_value(cdcmtk_element *handle, uint8_t *bytes, size_t size,
                                           cdcmtk_message *message) {
  return guarded(message, [&] {
    if (size == 0) return CDCMTK_OK;
    demand(element(handle)->getPartialValue(bytes, 0, static_cast<Uint32>(size), nullptr,
                                            EBO_LittleEndian));
    return CDCMTK_OK;
  });
}

namespace {

/// Numbers of one kind from little-endian bytes.
template <typename Number> std::vector<Number> numbers(const uint8_t *bytes, size_t size) {
  if (size % sizeof(Number) != 0) throw std::runtime_error("a value has half a number");
  std::vector<Number> values(size / sizeof(Number));
  // The machines that Swift runs on are little-endian.
  if (size > 0) std::memcpy(values.data(), bytes, size);
  return values;
}

template <typename Number>
OFCondition put(DcmElement &target, const uint8_t *bytes, size_t size,
                OFCondition (DcmElement::*store)(const Number *, unsigned long)) {
  const auto values = numbers<Number>(bytes, size);
  return (target.*store)(values.data(), values.size());
}

OFCondition putValue(DcmElement &target, const uint8_t *bytes, size_t size) {
  switch (target.getVR()) {
  case EVR_US: return put<Uint16>(target, bytes, size, &DcmElement::putUint16Array);
  case EVR_OW: return put<Uint16>(target, bytes, size, &DcmElement::putUint16Array);
  case EVR_SS: return put<Sint16>(target, bytes, size, &DcmElement::putSint16Array);
  case EVR_UL: return put<Uint32>(target, bytes, size, &DcmElement::putUint32Array);
  case EVR_SL: return put<Sint32>(target, bytes, size, &DcmElement::putSint32Array);
  case EVR_FL: return put<Float32>(target, bytes, size, &DcmElement::putFloat32Array);
  case EVR_FD: return put<Float64>(target, bytes, size, &DcmElement::putFloat64Array);
  case EVR_AT: {
    const auto values = numbers<Uint16>(bytes, size);
    return target.putUint16Array(values.data(), values.size() / 2);
  }
  case EVR_OB:
  case EVR_UN: return target.putUint8Array(bytes, size);
  default: return target.putString(reinterpret_cast<const char *>(bytes), static_cast<Uint32>(size));
  }
}

DcmTag tag(uint32_t number, const char *representation) {
  return DcmTag(static_cast<Uint16>(number >> 16), static_cast<Uint16>(number & 0xffff),
                DcmVR(representation).getEVR());
}

} // namespace

extern "C" cdcmtk_status cdcmtk_put(cdcmtk_item *handle, uint32_t number,
                                    const char *representation, const uint8_t *bytes, size_t size,
                                    cdcmtk_message *message) {
  return guarded(message, [&] {
    DcmElement *made = nullptr;
    demand(DcmItem::newDicomElementWithVR(made, tag(number, representation)));
    std::unique_ptr<DcmElement> owner(made);
    if (size > 0) demand(putValue(*made, bytes, size));
    demand(item(handle)->insert(made, OFTrue));
    owner.release();
    return CDCMTK_OK;
  });
}

extern "C" cdcmtk_status cdcmtk_put_sequence(cdcmtk_item *handle, uint32_t number,
                                             cdcmtk_element **result, cdcmtk_message *message) {
  return guarded(message, [&] {
    auto owner = std::make_unique<DcmSequenceOfItems>(tag(number, "SQ"));
    demand(item(handle)->insert(owner.get(), OFTrue));
    *result = reinterpret_cast<cdcmtk_element *>(static_cast<DcmElement *>(owner.release()));
    return CDCMTK_OK;
  });
}

extern "C" cdcmtk_status cdcmtk_append_item(cdcmtk_element *handle, cdcmtk_item **result,
                                            cdcmtk_message *message) {
  return guarded(message, [&] {
    DcmSequenceOfItems *items = sequence(element(handle));
    if (items == nullptr) throw std::runtime_error("the element is no sequence");
    auto owner = std::make_unique<DcmItem>();
    demand(items->append(owner.get()));
    *result = reinterpret_cast<cdcmtk_item *>(owner.release());
    return CDCMTK_OK;
  });
}
