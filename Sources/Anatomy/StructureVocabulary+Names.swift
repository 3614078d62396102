extension StructureVocabulary {
  /// Each canonical name, without its side where there are two, with its other spellings.
  package static var allSpellings: [(name: String, spellings: [String])] { single + paired }

  /// Organs on the midline and targets: the canonical name, and words for it.
  static let single: [(name: String, spellings: [String])] = [
    ("Arytenoid", ["Arytenoids", "ArytenoidCartilage", "Arytenoid cartilages"]),
    ("Bone_Hyoid", ["Hyoid", "HyoidBone"]),
    ("Bone_Mandible", ["Mandible", "Mandibula", "LowerJaw", "Mandibular bone"]),
    ("Brain", ["Cerebrum and cerebellum", "WholeBrain"]),
    ("Brainstem", ["Brain stem", "Stem", "Truncus", "BStem"]),
    ("BuccalMucosa", ["Buccal mucosa", "Mucosa buccal", "Buccal_Mucosae"]),
    ("Cartlg_Thyroid", ["Thyroid cartilage"]),
    ("Cartlg_Cricoid", ["Cricoid", "Cricoid cartilage"]),
    ("Cavity_Nasal", ["Nasal cavity", "NasalCavity"]),
    ("Cavity_Oral", ["Oral cavity", "OralCavity", "Mouth", "Cavum oris", "OralCav", "OC"]),
    ("Cricopharyngeus", ["Cricopharyngeal inlet", "Cricopharyngeal muscle", "CricoP"]),
    ("Esophagus", ["Oesophagus", "Esoph", "Oesoph"]),
    (
      "Esophagus_S",
      ["Cervical esophagus", "Cervical oesophagus", "Esophagus cervical", "EsophagusUpper"]
    ),
    ("Eye_AL", []), ("Eye_AR", []), ("Eye_PL", []), ("Eye_PR", []),
    ("External", ["Body", "Skin outline", "Patient outline", "BodyContour"]),
    ("Glnd_Thyroid", ["Thyroid", "Thyroid gland", "Gland thyroid"]),
    ("Glottis", ["Glottic area", "Glottic larynx", "Larynx glottic", "Larynx glottis"]),
    ("GTVn", ["GTV n", "GTVnd", "GTV node", "GTV nodal", "GTV lymph nodes", "GTVln"]),
    ("GTVp", ["GTV p", "GTV primary", "GTV tumor", "GTV tumour"]),
    ("Hypothalamus", []),
    ("Larynx", ["Voice box", "LarynxWhole"]),
    (
      "Larynx_SG",
      ["Supraglottis", "Supraglottic larynx", "Larynx supraglottic", "LarynxSupraglottis"]
    ),
    ("Lips", ["Lip", "Oral lips"]),
    ("Musc_Constrict", ["Pharyngeal constrictors", "Pharynx constrictors", "PCM", "Constrictors"]),
    ("OpticChiasm", ["Chiasm", "Chiasma", "Optic chiasma", "Chiasma opticum"]),
    ("Palate_Hard", ["Hard palate"]),
    ("Palate_Soft", ["Soft palate"]),
    ("Pharynx_Hypo", ["Hypopharynx"]),
    ("Pharynx_Naso", ["Nasopharynx"]),
    ("Pharynx_Oro", ["Oropharynx"]),
    ("Pituitary", ["Pituitary gland", "Hypophysis", "Glnd_Pituitary"]),
    (
      "SpinalCanal",
      ["Canal", "Spinal channel", "Vertebral canal", "Canalis spinalis", "SpinalCan"]
    ),
    (
      "SpinalCord",
      ["Cord", "Medulla spinalis", "Myelon", "Spine cord", "SpinCord", "Spinal medulla"]
    ),
    ("Tongue", []),
    ("Trachea", ["Windpipe"]),
  ]

  /// Organs on both sides: the canonical name without its side, and words for it.
  static let paired: [(name: String, spellings: [String])] = [
    ("A_Carotid", ["Carotid", "Carotid artery", "Arteria carotis", "CarotidA", "Artery carotid"]),
    ("BrachialPlex", ["Brachial plexus", "Plexus brachialis", "BrachialPlx"]),
    ("Cochlea", ["Inner ear cochlea"]),
    ("Ear_Middle", ["Middle ear"]),
    ("Ear_Internal", ["Inner ear", "Internal ear"]),
    ("Eye", ["Eyeball", "Globe", "Bulbus", "Bulbus oculi"]),
    (
      "Eye_A",
      [
        "Anterior eye", "Eye anterior", "Eyeball anterior", "Eye_Ant", "Anterior segment eye",
        "Eyeball A",
      ]
    ),
    ("Eye_P", ["Posterior eye", "Eye posterior", "Eyeball posterior", "Eye_Post", "Eyeball P"]),
    (
      "Glnd_Lacrimal",
      ["Lacrimal", "Lacrimal gland", "Gland lacrimal", "Lachrymal gland", "LacrimalGl", "Lacr"]
    ),
    (
      "Glnd_Submand",
      [
        "Submandibular", "Submandibular gland", "Gland submandibular", "Glnd_Submandibular",
        "SMG", "Submandib", "Submandibularis", "Submand", "SubmandGland",
      ]
    ),
    ("Hippocampus", ["Hippo"]),
    ("Joint_TM", ["TMJ", "Temporomandibular joint", "TM joint", "TMjoint"]),
    ("Lens", ["Eye lens", "LensEye", "Eye_Lens", "Lens of eye"]),
    ("Lobe_Temporal", ["Temporal lobe", "TemporalLobe", "TempLobe"]),
    ("Lung", ["Pulmo"]),
    (
      "OpticNrv",
      ["Optic nerve", "OpticN", "Nervus opticus", "Nerve optic", "ON", "OptNerve", "OptNrv"]
    ),
    ("Orbit", ["Eye socket"]),
    ("Parotid", ["Parotid gland", "Glnd_Parotid", "Gland parotid", "Parotis", "ParotidGl", "PG"]),
    ("Retina", []),
  ]
}
