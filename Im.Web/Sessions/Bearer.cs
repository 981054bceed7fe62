namespace Im.Web.Sessions;

/// <summary>The header <c>Authorization: Bearer …</c>.</summary>
internal static class Bearer
{
    private const string Scheme = "Bearer ";

    // Longer ones are nobody's.
    private const int MaxChars = 256;

    public static string? Of(HttpRequest request) =>
        request.Headers.Authorization is [{ Length: > 7 and <= MaxChars } value] && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? value[Scheme.Length..] : null;
}
