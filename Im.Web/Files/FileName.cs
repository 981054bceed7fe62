using System.Text;
using Im.Protocol;

namespace Im.Web.Files;

/// <summary>What an uploaded file is called: any name there is, made harmless. It names nothing here, and is to name nothing else where it is saved.</summary>
internal static class FileName
{
    private const string Fallback = "file";
    private const int MaxEndingChars = 16;

    public static string Clean(string? name)
    {
        var last = (name ?? "").Split('/', '\\')[^1];
        var clean = new StringBuilder(last.Length);
        // What is invisible could turn "gpj.exe" round to look like a picture; quotes and the like are left, as whoever writes the name into a header encodes it.
        foreach (var rune in last.EnumerateRunes())
            clean.Append(Rune.IsControl(rune) || VisibleText.IsInvisible(rune.Value) || rune == Rune.ReplacementChar ? "" : "<>:\"|?*".Contains((char)Math.Min(rune.Value, char.MaxValue)) ? "_" : rune.ToString());
        var text = clean.ToString().Trim(' ', '.');
        return text.Length == 0 || !VisibleText.IsIn(text) ? Fallback : Cut(text);
    }

    private static string Cut(string name)
    {
        if (name.Length <= FileLimits.MaxNameChars)
            return name;
        var ending = name.LastIndexOf('.') is var dot && dot > 0 && name.Length - dot <= MaxEndingChars ? name[dot..] : "";
        var kept = name[..(FileLimits.MaxNameChars - ending.Length)];
        return (char.IsHighSurrogate(kept[^1]) ? kept[..^1] : kept) + ending;
    }
}
