/// What the page of a download that is being prepared says, in one language.
///
///     let polish = PreparationTexts(language: "pl", preparing: "Plik jest przygotowywany…", …)
///     Route("/report", ReportView().prepared(texts: [polish, .english]))
///
/// Of several, the one that the client's Accept-Language prefers is taken, the first of equals.
public struct PreparationTexts: Sendable {
    /// The language's tag (RFC 5646), for instance `de`.
    public var language: String
    /// Whether it is written from right to left.
    public var isRightToLeft = false
    /// While the file is being made.
    public var preparing: String
    /// What happens next, and what the reader is to do meanwhile.
    public var note: String
    /// When the file is there, and its download has been started.
    public var ready: String
    /// The link to the file, should the download not have started.
    public var download: String
    /// When the file could not be made.
    public var failed: String
    /// The link that starts over.
    public var tryAgain: String
    /// How many bytes there are of how many; `{done}` and `{size}` stand for them.
    public var doneOfSize: String
    /// How many percent are done; `{percent}` stands for the number.
    public var percent: String
    /// How long it will take still; `{n}` stands for a number of 2 or more.
    public var secondsLeft: String
    public var minutesLeft: String
    public var hoursLeft: String
    /// The same, for less than five seconds.
    public var momentLeft: String
    /// What stands between a number's whole and its decimal part.
    public var decimalMark: String

    public init(
        language: String,
        preparing: String,
        note: String,
        ready: String,
        download: String,
        failed: String,
        tryAgain: String,
        doneOfSize: String,
        percent: String,
        secondsLeft: String,
        minutesLeft: String,
        hoursLeft: String,
        momentLeft: String,
        decimalMark: String
    ) {
        self.language = language
        self.preparing = preparing
        self.note = note
        self.ready = ready
        self.download = download
        self.failed = failed
        self.tryAgain = tryAgain
        self.doneOfSize = doneOfSize
        self.percent = percent
        self.secondsLeft = secondsLeft
        self.minutesLeft = minutesLeft
        self.hoursLeft = hoursLeft
        self.momentLeft = momentLeft
        self.decimalMark = decimalMark
    }

    public static let english = PreparationTexts(
        language: "en",
        preparing: "Your download is being prepared…",
        note: "It starts by itself when it is ready. Please keep this page open.",
        ready: "Your download is ready and has been started.",
        download: "Download it again",
        failed: "The file could not be prepared.",
        tryAgain: "Try again",
        doneOfSize: "{done} of {size}",
        percent: "{percent} %",
        secondsLeft: "about {n} seconds left",
        minutesLeft: "about {n} minutes left",
        hoursLeft: "about {n} hours left",
        momentLeft: "a few seconds left",
        decimalMark: "."
    )

    public static let german = PreparationTexts(
        language: "de",
        preparing: "Ihr Download wird vorbereitet …",
        note: "Er beginnt von selbst, sobald er bereit ist. Bitte lassen Sie diese Seite offen.",
        ready: "Ihr Download ist bereit und wurde gestartet.",
        download: "Noch einmal herunterladen",
        failed: "Die Datei konnte nicht vorbereitet werden.",
        tryAgain: "Noch einmal versuchen",
        doneOfSize: "{done} von {size}",
        percent: "{percent} %",
        secondsLeft: "noch etwa {n} Sekunden",
        minutesLeft: "noch etwa {n} Minuten",
        hoursLeft: "noch etwa {n} Stunden",
        momentLeft: "noch wenige Sekunden",
        decimalMark: ","
    )

    public static let french = PreparationTexts(
        language: "fr",
        preparing: "Votre téléchargement est en préparation…",
        note: "Il commencera de lui-même dès qu’il sera prêt. Veuillez laisser cette page ouverte.",
        ready: "Votre téléchargement est prêt et a commencé.",
        download: "Télécharger à nouveau",
        failed: "Le fichier n’a pas pu être préparé.",
        tryAgain: "Réessayer",
        doneOfSize: "{done} sur {size}",
        percent: "{percent} %",
        secondsLeft: "encore {n} secondes environ",
        minutesLeft: "encore {n} minutes environ",
        hoursLeft: "encore {n} heures environ",
        momentLeft: "encore quelques secondes",
        decimalMark: ","
    )

    public static let spanish = PreparationTexts(
        language: "es",
        preparing: "Se está preparando su descarga…",
        note: "Empezará sola en cuanto esté lista. Deje esta página abierta, por favor.",
        ready: "Su descarga está lista y ha empezado.",
        download: "Descargar de nuevo",
        failed: "No se ha podido preparar el archivo.",
        tryAgain: "Intentarlo de nuevo",
        doneOfSize: "{done} de {size}",
        percent: "{percent} %",
        secondsLeft: "quedan unos {n} segundos",
        minutesLeft: "quedan unos {n} minutos",
        hoursLeft: "quedan unas {n} horas",
        momentLeft: "quedan unos segundos",
        decimalMark: ","
    )

    /// English, which is taken where no other is preferred, German, French and Spanish.
    public static let builtIn: [PreparationTexts] = [.english, .german, .french, .spanish]
}
