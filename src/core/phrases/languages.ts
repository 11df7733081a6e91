/** The names of languages: in themselves, and as each catalogue calls them. */

interface LanguageNames {
  readonly own: string;
  readonly en: string;
  readonly de: string;
  readonly es: string;
  readonly fr: string;
}

const NAMES: ReadonlyMap<string, LanguageNames> = new Map(
  Object.entries({
    ar: { own: "العربية", en: "Arabic", de: "Arabisch", es: "árabe", fr: "arabe" },
    cs: { own: "čeština", en: "Czech", de: "Tschechisch", es: "checo", fr: "tchèque" },
    da: { own: "dansk", en: "Danish", de: "Dänisch", es: "danés", fr: "danois" },
    de: { own: "Deutsch", en: "German", de: "Deutsch", es: "alemán", fr: "allemand" },
    el: { own: "Ελληνικά", en: "Greek", de: "Griechisch", es: "griego", fr: "grec" },
    en: { own: "English", en: "English", de: "Englisch", es: "inglés", fr: "anglais" },
    es: { own: "español", en: "Spanish", de: "Spanisch", es: "español", fr: "espagnol" },
    fi: { own: "suomi", en: "Finnish", de: "Finnisch", es: "finés", fr: "finnois" },
    fr: { own: "français", en: "French", de: "Französisch", es: "francés", fr: "français" },
    he: { own: "עברית", en: "Hebrew", de: "Hebräisch", es: "hebreo", fr: "hébreu" },
    hi: { own: "हिन्दी", en: "Hindi", de: "Hindi", es: "hindi", fr: "hindi" },
    hu: { own: "magyar", en: "Hungarian", de: "Ungarisch", es: "húngaro", fr: "hongrois" },
    it: { own: "italiano", en: "Italian", de: "Italienisch", es: "italiano", fr: "italien" },
    ja: { own: "日本語", en: "Japanese", de: "Japanisch", es: "japonés", fr: "japonais" },
    ko: { own: "한국어", en: "Korean", de: "Koreanisch", es: "coreano", fr: "coréen" },
    nl: { own: "Nederlands", en: "Dutch", de: "Niederländisch", es: "neerlandés", fr: "néerlandais" },
    no: { own: "norsk", en: "Norwegian", de: "Norwegisch", es: "noruego", fr: "norvégien" },
    pl: { own: "polski", en: "Polish", de: "Polnisch", es: "polaco", fr: "polonais" },
    pt: { own: "português", en: "Portuguese", de: "Portugiesisch", es: "portugués", fr: "portugais" },
    ro: { own: "română", en: "Romanian", de: "Rumänisch", es: "rumano", fr: "roumain" },
    ru: { own: "русский", en: "Russian", de: "Russisch", es: "ruso", fr: "russe" },
    sv: { own: "svenska", en: "Swedish", de: "Schwedisch", es: "sueco", fr: "suédois" },
    tr: { own: "Türkçe", en: "Turkish", de: "Türkisch", es: "turco", fr: "turc" },
    uk: { own: "українська", en: "Ukrainian", de: "Ukrainisch", es: "ucraniano", fr: "ukrainien" },
    vi: { own: "Tiếng Việt", en: "Vietnamese", de: "Vietnamesisch", es: "vietnamita", fr: "vietnamien" },
    zh: { own: "中文", en: "Chinese", de: "Chinesisch", es: "chino", fr: "chinois" },
  }),
);

function primary(tag: string): string {
  return tag.toLowerCase().split("-", 1)[0] ?? tag;
}

/** The name of a language in itself ("Deutsch"); the tag where it is not known. */
export function endonym(tag: string): string {
  return NAMES.get(primary(tag))?.own ?? tag;
}

/** The name of the language `tag` in the language `inLanguage`: that of a catalogue, else in English; the tag where it is not known. */
export function languageName(tag: string, inLanguage: string): string {
  const names = NAMES.get(primary(tag));
  switch (primary(inLanguage)) {
    case "de":
      return names?.de ?? tag;
    case "es":
      return names?.es ?? tag;
    case "fr":
      return names?.fr ?? tag;
  }
  return names?.en ?? tag;
}

/** Every name of that language, for understanding an answer. */
export function languageSpellings(tag: string): readonly string[] {
  const names = NAMES.get(primary(tag));
  return names === undefined ? [tag] : [tag, names.own, names.en, names.de, names.es, names.fr];
}
