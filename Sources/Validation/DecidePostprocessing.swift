package import Anatomy
package import Models

/// Decides on validation cases which structures are reduced to their largest part, by nnU-Net's rule.
///
/// First all structures together: where the mean over the structures rises and no structure falls.
/// Then each structure, on what the first rule leaves: where its mean rises. Equal is not better.
/// Structures that no case was contoured for do not count.
/// - Parameters:
///   - cases: The Dice of the cases, with and without each rule.
///   - scheme: The structures.
/// - Returns: Every rule that was tried, with its Dice before and after.
/// - SeeAlso: nnU-Net 2.8, `remove_connected_components.py`, `determine_postprocessing`.
package func decidePostprocessing(_ cases: [CaseDice], scheme: LabelScheme) -> Postprocessing {
  let plain = meanDice(cases.map(\.plain))
  let whole = meanDice(cases.map(\.wholeLargest))
  let (before, after) = (meanOverStructures(plain), meanOverStructures(whole))
  let fallen = scheme.entries.filter { entry in
    guard let old = plain[entry.label] else { return false }
    return whole[entry.label].map { $0 < old } ?? true
  }
  let rises = if let before, let after { after > before } else { false }
  let keepsWhole = rises && fallen.isEmpty
  let reason =
    keepsWhole
    ? "the mean rises and no structure falls"
    : !rises ? "the mean does not rise" : "\(names(fallen)) would fall"
  var rules = [
    Postprocessing.Rule(
      labels: scheme.entries.map(\.label),
      structures: scheme.entries.map(\.name),
      isApplied: keepsWhole,
      diceBefore: before,
      diceAfter: after,
      reason: reason
    )
  ]
  // Of a single structure the first rule has said it all.
  guard scheme.entries.count > 1 else { return Postprocessing(rules: rules, cases: cases.count) }
  let base = keepsWhole ? whole : plain
  let each = meanDice(cases.map(keepsWhole ? \.bothLargest : \.eachLargest))
  for entry in scheme.entries {
    let (old, new) = (base[entry.label], each[entry.label])
    let rises = if let old, let new { new > old } else { false }
    rules.append(
      Postprocessing.Rule(
        labels: [entry.label],
        structures: [entry.name],
        isApplied: rises,
        diceBefore: old,
        diceAfter: new,
        reason: old == nil ? "contoured in no case" : rises ? "it rises" : "it does not rise"
      )
    )
  }
  return Postprocessing(rules: rules, cases: cases.count)
}

private func names(_ entries: [LabelScheme.Entry]) -> String {
  entries.map(\.name).joined(separator: ", ")
}
