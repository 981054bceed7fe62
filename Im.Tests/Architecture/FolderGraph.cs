using System.Reflection;
using System.Reflection.Emit;

namespace Im.Tests.Architecture;

/// <param name="Type">In the one folder, and what it uses of the other, as an example.</param>
internal sealed record FolderEdge(string From, string To, string Type, string Uses)
{
    public override string ToString() => $"{From} -> {To}: {Type} uses {Uses}";
}

/// <summary>
/// Which folders of an assembly use which, by what was compiled: signatures, fields, attributes and every instruction, never a comment or an unused <c>using</c>. A namespace is a folder; one in it
/// counts as it. Constants are not seen: the compiler has put their values in.
/// </summary>
internal static class FolderGraph
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    public static IReadOnlyList<FolderEdge> Of(Assembly assembly)
    {
        var types = assembly.GetTypes().Where(type => IsOurs(type, assembly)).ToList();
        return [.. types.SelectMany(type => Uses(type).SelectMany(Parts).Where(used => used.Assembly == assembly && IsOurs(used, assembly))
                .Select(used => new FolderEdge(FolderOf(type), FolderOf(used), NameOf(type), NameOf(used))))
            .Where(edge => edge.From != edge.To).DistinctBy(edge => (edge.From, edge.To)).OrderBy(edge => edge.From).ThenBy(edge => edge.To)];
    }

    /// <summary>The edges of a cycle, or none.</summary>
    public static IReadOnlyList<FolderEdge> Cycle(IReadOnlyList<FolderEdge> edges)
    {
        // What nobody uses, or what uses nobody, is in no cycle; what is left when that is taken away is.
        List<FolderEdge> left = [.. edges];
        while (left.RemoveAll(edge => !left.Exists(other => other.From == edge.To) || !left.Exists(other => other.To == edge.From)) > 0)
        {
        }
        return left;
    }

    private static bool IsOurs(Type type, Assembly assembly) => Outermost(type).Namespace is { } space && (space + ".").StartsWith(assembly.GetName().Name + ".", StringComparison.Ordinal);

    private static string FolderOf(Type type) => Outermost(type).Namespace![type.Assembly.GetName().Name!.Length..].Split('.', StringSplitOptions.RemoveEmptyEntries) is [var folder, ..] ? folder : "(root)";

    private static string NameOf(Type type) => Outermost(type).Name;

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    // What a type is made of: List<A.B[]> is List and B.
    private static IEnumerable<Type> Parts(Type type) => type.HasElementType ? Parts(type.GetElementType()!)
        : type.IsGenericParameter ? type.GetGenericParameterConstraints().Where(constraint => constraint != type).SelectMany(Parts)
        : type.IsGenericType ? [type.GetGenericTypeDefinition(), .. type.GetGenericArguments().Where(argument => !argument.IsGenericParameter).SelectMany(Parts)] : [type];

    private static IEnumerable<Type> Uses(Type type) =>
    [
        .. type.BaseType is { } parent ? (Type[])[parent] : [], .. type.GetInterfaces(), .. AttributesOf(type),
        .. type.GetFields(All).SelectMany(field => (Type[])[field.FieldType, .. AttributesOf(field)]),
        .. type.GetProperties(All).SelectMany(property => (Type[])[property.PropertyType, .. AttributesOf(property)]),
        .. type.GetMethods(All).SelectMany(method => (Type[])[method.ReturnType, .. Uses(method)]), .. type.GetConstructors(All).SelectMany(Uses),
    ];

    private static IEnumerable<Type> Uses(MethodBase method)
    {
        var signature = method.GetParameters().Select(parameter => parameter.ParameterType).Concat(AttributesOf(method));
        return method.GetMethodBody() is { } body
            ? [.. signature, .. body.LocalVariables.Select(local => local.LocalType), .. body.ExceptionHandlingClauses.Where(clause => clause.Flags == ExceptionHandlingClauseOptions.Clause).Select(clause => clause.CatchType!), .. InstructionsOf(method, body.GetILAsByteArray()!)]
            : signature;
    }

    private static IEnumerable<Type> AttributesOf(MemberInfo member) => member.CustomAttributes.SelectMany(attribute =>
        (Type[])[attribute.AttributeType, .. attribute.ConstructorArguments.Select(argument => argument.Value).OfType<Type>()]);

    private static IEnumerable<Type> InstructionsOf(MethodBase method, byte[] code)
    {
        var (ofType, ofMethod) = (method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null, method.IsGenericMethod ? method.GetGenericArguments() : null);
        for (var at = 0; at < code.Length;)
        {
            var value = code[at] == 0xFE ? (short)(0xFE00 | code[at + 1]) : code[at];
            var operation = OpCodesByValue[value];
            at += operation.Size;
            if (operation.OperandType is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType)
                foreach (var used in UsesOf(method.Module.ResolveMember(BitConverter.ToInt32(code, at), ofType, ofMethod)!))
                    yield return used;
            at += operation.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(code, at),
                _ => 4,
            };
        }
    }

    private static IEnumerable<Type> UsesOf(MemberInfo member) => member switch
    {
        Type type => [type],
        MethodBase { IsGenericMethod: true } method => [method.DeclaringType!, .. method.GetGenericArguments()],
        _ => member.DeclaringType is { } type ? [type] : [],
    };
}
