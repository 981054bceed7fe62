namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value given from outside: configuration key <c>Parameters:{name}</c>.</summary>
/// <param name="callback">Called once, when the value is first asked for. Its argument is always null here.</param>
/// <param name="secret">The dashboard masks it.</param>
public class ParameterResource(string name, Func<ParameterDefault?, string> callback, bool secret = false)
    : Resource(name), IManifestExpressionProvider, IValueProvider
{
    private readonly Lazy<string> _value = new(() => callback(null));

    public bool Secret => secret;

    public string ValueExpression => $"{{{Name}.value}}";

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken) => new(_value.Value);
}

/// <summary>How a parameter's value is made up where nobody gives one. Containerless has no public kinds of it.</summary>
public abstract class ParameterDefault
{
    public abstract string GetDefaultValue();
}
