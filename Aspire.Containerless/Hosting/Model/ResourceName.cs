namespace Aspire.Hosting.ApplicationModel;

/// <summary>The names stock Aspire accepts, so that a program which runs here runs there.</summary>
internal static class ResourceName
{
    private const int MaxLength = 64;

    public static void Validate(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var isValid = name.Length <= MaxLength
            && char.IsAsciiLetter(name[0])
            && name[^1] != '-'
            && !name.Contains("--", StringComparison.Ordinal)
            && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
        if (!isValid)
            throw new ArgumentException(
                $"'{name}' is not a resource name: letters, digits and single hyphens, starting with a letter, {MaxLength} characters at most.", nameof(name));
    }
}
